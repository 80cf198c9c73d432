package io.repfold.train;

import io.repfold.graph.Graph;
import io.repfold.nets.NetworkMetadata;
import io.repfold.onnx.OnnxModel;
import java.util.Map;
import java.util.Optional;

/** Makes of a trained network what others run. The graph may be folded between the two steps. */
public final class Deployment {
  /** What the output holds. */
  public enum Head {
    /** Scores, as the network computes them. */
    LOGITS,
    /** A probability for each class. */
    SOFTMAX,
    /** The class with the greatest score, int64, without the axis of classes. */
    ARGMAX
  }

  /** The order of axes of images and of scores. */
  public enum Layout {
    NCHW,
    NHWC
  }

  private static final String HEAD = "repfold.head";
  private static final String LAYOUT = "repfold.layout";

  private Deployment() {}

  /**
   * The network without what only training needs: its auxiliary output, its dropouts, which are the
   * identity otherwise, and real numbers in the place of weights in integers.
   *
   * @param checkpoint as a run saved it, or any other model
   */
  public static OnnxModel inference(OnnxModel checkpoint) {
    Optional<NetworkMetadata> traits = NetworkMetadata.fromMetadata(checkpoint.metadata());
    Graph graph = checkpoint.graph();
    if (traits.isPresent() && traits.get().auxiliaryOutput().isPresent()) {
      graph = GraphEdits.withoutOutput(graph, traits.get().auxiliaryOutput().get());
    }
    Graph plain = StoredIntegers.of(GraphEdits.withoutDropouts(graph));
    OnnxModel model = checkpoint.withGraph(plain);
    if (traits.isEmpty()) {
      return model;
    }
    for (String key : traits.get().toMetadata().keySet()) {
      model = model.withoutMetadata(key);
    }
    NetworkMetadata left = NetworkMetadata.of(traits.get().architecture(), traits.get().classes());
    return model.withMetadata(left.toMetadata());
  }

  /**
   * The model with another head and layout; both are told in its metadata.
   *
   * @param model takes images [N, 3, H, W]; its first output is scores [N, classes, H, W] or [N,
   *     classes]
   */
  public static OnnxModel with(OnnxModel model, Head head, Layout layout) {
    Graph graph = GraphEdits.withHead(model.graph(), head, layout);
    if (layout == Layout.NHWC) {
      graph = GraphEdits.withImagesLast(graph);
    }
    return model.withGraph(graph).withMetadata(HEAD, text(head)).withMetadata(LAYOUT, text(layout));
  }

  private static String text(Enum<?> value) {
    return value.name().toLowerCase(java.util.Locale.ROOT);
  }

  /** The layout that a model's metadata tell; NCHW if they tell none. */
  public static Layout layout(Map<String, String> metadata) {
    return text(Layout.NHWC).equals(metadata.get(LAYOUT)) ? Layout.NHWC : Layout.NCHW;
  }
}
