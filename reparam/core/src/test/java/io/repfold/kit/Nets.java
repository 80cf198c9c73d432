package io.repfold.kit;

import io.repfold.blocks.RepBlocks;
import io.repfold.blocks.RepKind;
import io.repfold.blocks.RepSpec;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Shape;
import io.repfold.graph.WeightSource;

/** Tiny networks with random weights and statistics. */
public final class Nets {
  /** The scope of the Rep block, and where it joins its branches. */
  public static final String BLOCK = "block";

  private Nets() {}

  /**
   * A convolution, a RepVGG block of four channels and a classifier of five classes, {@code
   * scores}.
   *
   * @param images the shape of the input, [N, C, H, W]; only C must be known
   */
  public static Graph repVgg(String input, Shape images) {
    return rep(RepKind.REPVGG, input, images);
  }

  /** The same with a block of another kind. */
  public static Graph rep(RepKind kind, String input, Shape images) {
    return rep(WeightSource.random(7), kind, input, images);
  }

  /**
   * {@link #repVgg} as it is before any training: its four BatchNormalizations change nothing but
   * by epsilon.
   */
  public static Graph untrained(String input, Shape images) {
    return rep(WeightSource.he(7), RepKind.REPVGG, input, images);
  }

  private static Graph rep(WeightSource weights, RepKind kind, String input, Shape images) {
    GraphBuilder b = new GraphBuilder("net", weights);
    String x = b.input(input, images);
    String stem = b.relu(b.convBn(x, 4, Kernel.of(3), 1));
    String block = RepBlocks.append(b.scope(BLOCK), stem, RepSpec.of(kind, 4, Kernel.of(3)));
    b.output(b.named("scores").conv(b.relu(block), 5, Kernel.of(1), 1));
    return b.build();
  }

  /** A pointwise convolution from {@code image} to {@code scores}, for images of any size. */
  public static Graph pointwise(int classes) {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(3));
    String x = b.input("image", Shapes.anyImages(3));
    b.output(b.named("scores").conv(x, classes, Kernel.of(1), 1));
    return b.build();
  }
}
