package io.repfold.nets;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.onnx.OnnxModel;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A network in training form and what a trainer must know of it.
 *
 * @param graph input {@code image [N, channels, H, W]}; first output {@code logits}, {@code [N,
 *     classes, H, W]} of the image's size, or {@code [N, classes]} of a classifier
 * @param traits what is true of the network wherever it goes
 * @param freezing what one training run leaves as it is
 */
public record Network(Graph graph, NetworkMetadata traits, Freezing freezing) {
  /**
   * Parameters that a training run does not change.
   *
   * @param batchNorms whether all batch normalizations compute with the statistics that they have,
   *     and keep them; scales and shifts still learn
   * @param backbone whether the parameters under {@link NetworkMetadata#backbonePrefix} keep their
   *     values
   */
  public record Freezing(boolean batchNorms, boolean backbone) {
    public static final Freezing NOTHING = new Freezing(false, false);
  }

  public Network(Graph graph, NetworkMetadata traits) {
    this(graph, traits, Freezing.NOTHING);
  }

  /**
   * The initializers that are learnt, by name: those of a real type but running means and
   * variances. Fixed numbers are Constant nodes.
   */
  public static Map<String, Tensor> learnt(Graph graph) {
    Map<String, Tensor> learnt = new LinkedHashMap<>(graph.initializers());
    learnt.values().removeIf(tensor -> !tensor.type().isFloat());
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Op.BatchNormalization) {
        learnt.remove(node.input(3));
        learnt.remove(node.input(4));
      }
    }
    return learnt;
  }

  /** Number of elements of all that is {@linkplain #learnt learnt}. */
  public static long parameters(Graph graph) {
    return learnt(graph).values().stream().mapToLong(Tensor::size).sum();
  }

  /** The graph as a file that tells in its metadata what else is true of the network. */
  public OnnxModel model() {
    return OnnxModel.of(graph).withMetadata(traits.toMetadata());
  }

  /** As {@link #parameters(Graph)}, of this network's graph. */
  public long parameters() {
    return parameters(graph);
  }
}
