package io.repfold.nets;

import io.repfold.blocks.RepBlocks;
import io.repfold.blocks.RepKind;
import io.repfold.blocks.RepSpec;
import io.repfold.config.NamedArguments;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.WeightSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A small segmentation network for processors: 3 x 3 Rep blocks and ReLUs alone, that look further
 * by dilation instead of pooling, and two 1 x 1 classifiers.
 *
 * <pre>
 *   image  3, 1/1
 *   fine   width, 1/2       block of stride 2
 *   wide   2 width, 1/4     block of stride 2, then a block for each dilation
 *   logits                  resize(resize(classify(wide)) + classify(fine))
 * </pre>
 *
 * <p>The classifier of the fine features draws the outlines that the others are too coarse for.
 */
record RepLite() implements Architecture {
  private static final String BACKBONE = "backbone";
  private static final int WIDTH = 24;
  private static final List<Integer> DILATIONS = List.of(1, 2, 4, 2);

  @Override
  public String type() {
    return "RepLite";
  }

  @Override
  public WeightSource initialWeights(long seed) {
    return WeightSource.he(seed);
  }

  @Override
  public Network build(NamedArguments arguments, int classes, WeightSource weights) {
    RepKind kind = SharedArguments.kind(arguments, RepKind.REPVGG);
    int inChannels = arguments.integer("in_channels", SharedArguments.CHANNELS).orElse(3);
    int width = arguments.integer("width", SharedArguments.CHANNELS).orElse(WIDTH);
    List<Integer> dilations =
        arguments.integers("dilations", SharedArguments.CHANNELS).orElse(DILATIONS);
    String coordinates = arguments.flag("align_corners", false) ? "align_corners" : "half_pixel";
    Optional<String> pretrained = SharedArguments.pretrained(arguments);
    Network.Freezing freezing = SharedArguments.freezing(arguments);
    arguments.finish();

    GraphBuilder b = new GraphBuilder(type(), Pretrained.over(weights, pretrained, BACKBONE + "."));
    String image = Images.input(b, inChannels);
    GraphBuilder backbone = b.scope(BACKBONE);
    Kernel halving = Kernel.of(3).withStride(2);
    String fine = block(backbone.scope("fine"), image, kind, width, halving);
    String wide = block(backbone.scope("wide"), fine, kind, 2 * width, halving);
    for (int i = 0; i < dilations.size(); i++) {
      Kernel kernel = Kernel.of(3).withDilation(dilations.get(i));
      wide = block(backbone.scope("wide" + (i + 1)), wide, kind, 2 * width, kernel);
    }

    GraphBuilder head = b.scope("head");
    String coarse = head.named("wide").biasedConv(wide, classes, Kernel.of(1), 1);
    String outlines = head.named("fine").conv(fine, classes, Kernel.of(1), 1);
    String resized = head.resizeLike(coarse, fine, "linear", coordinates);
    String scores = head.add(List.of(resized, outlines));
    b.output(b.named("logits").resizeLike(scores, image, "linear", coordinates));
    NetworkMetadata traits =
        new NetworkMetadata(type(), classes, Optional.empty(), BACKBONE + ".", Set.of());
    return new Network(b.build(), traits, freezing);
  }

  private static String block(GraphBuilder b, String x, RepKind kind, int channels, Kernel kernel) {
    return b.relu(RepBlocks.append(b, x, RepSpec.of(kind, channels, kernel)));
  }
}
