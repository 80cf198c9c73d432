package io.repfold.nets;

import io.repfold.config.NamedArguments;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Op;
import java.util.List;
import java.util.Optional;

/**
 * PP-LiteSeg (Peng et al., 2022, arXiv:2204.02681): an {@link Stdc} encoder, a pyramid of sums, and
 * a decoder whose widths shrink as its maps grow. It fuses maps by a weight of each pixel. The
 * dense 3 x 3 convolutions of pyramid, decoder and heads are places of Rep blocks, but for the two
 * that compute the weights. Parameters are named as PaddleSeg names them.
 *
 * <p>As published, the maps of 1/16 and 1/32 of the image's size have heads of their own in
 * training; here that of 1/16 gives the auxiliary output, and there is no other.
 *
 * @param variant {@code T} or {@code B}
 * @param blocks of the encoder's stages
 * @param widths of the decoder's maps of 1/8, 1/16 and 1/32 of the image's size, of 64 base
 *     channels
 * @param heads widths of the heads that read the first two of them, of 64 base channels
 */
record PpLiteSeg(String variant, List<Integer> blocks, List<Integer> widths, List<Integer> heads) {
  private static final int BASE = 64;
  private static final List<Integer> BINS = List.of(1, 2, 4);
  private static final int PYRAMID = 128;

  static List<PpLiteSeg> all() {
    return List.of(
        new PpLiteSeg("T", List.of(2, 2, 2), List.of(32, 64, 128), List.of(32, 64)),
        new PpLiteSeg("B", List.of(4, 5, 3), List.of(64, 96, 128), List.of(64, 64)));
  }

  String type() {
    return "PP-LiteSeg-" + variant;
  }

  Network build(Construction c, NamedArguments a) {
    int base = c.baseChannels(BASE);
    boolean auxiliary = a.flag("use_aux", true);
    Layers root = c.start();
    Stdc encoder = new Stdc(blocks, base);
    List<String> maps = encoder.append(root.in(Construction.BACKBONE), c.image()).all();
    Layers decoder = root.in("ppseg_head");
    String x = pyramid(decoder.in("cm"), maps.get(2), scaled(PYRAMID, base));
    String sixteenth = x;
    for (int i = 2; i >= 0; i--) {
      int width = scaled(widths.get(i), base);
      x = fuse(decoder.in("arm_list").in(i), maps.get(i), x, width);
      sixteenth = i == 1 ? x : sixteenth;
    }
    c.logits(head(root, 0, x, base, c.classes()), false);
    if (auxiliary) {
      c.auxiliary(head(root, 1, sixteenth, base, c.classes()), false);
    }
    return c.network();
  }

  private static int scaled(int width, int base) {
    return Math.max(1, width * base / BASE);
  }

  /** The sum of the means of ever smaller regions, and a convolution. */
  private static String pyramid(Layers l, String x, int width) {
    GraphBuilder b = l.graph();
    String sum = "";
    for (int i = 0; i < BINS.size(); i++) {
      Layers stage = l.in("stages").in(i);
      String means = stage.graph().named("0").adaptiveAveragePool(x, BINS.get(i));
      String level = stage.in(1).active(means, Conv.of(width, 1).withBias());
      level = l.resize(level, x, false);
      sum = i == 0 ? level : b.add(List.of(sum, level));
    }
    return l.in("conv_out").active(sum, Conv.of(width, 3).withBias().asRepSite());
  }

  /** w x + (1 - w) y with a weight w of each pixel, of a map x and one y of half its size. */
  private static String fuse(Layers l, String encoded, String y, int width) {
    GraphBuilder b = l.graph();
    String x = l.in("conv_x").active(encoded, Conv.of(l.channels(y), 3).asRepSite());
    String large = l.resize(y, x, false);
    Layers attention = l.in("conv_xy_atten");
    String weight =
        b.concat(
            List.of(
                over(b, Op.Reduce.Function.MEAN, x),
                over(b, Op.Reduce.Function.MAX, x),
                over(b, Op.Reduce.Function.MEAN, large),
                over(b, Op.Reduce.Function.MAX, large)));
    weight = attention.in(0).active(weight, Conv.of(2, 3));
    weight = b.unary(Op.Unary.Function.SIGMOID, attention.in(1).norm(weight, Conv.of(1, 3)));
    String difference = b.binary(Op.Binary.Function.SUB, x, large);
    String mixed = l.add(large, b.binary(Op.Binary.Function.MUL, difference, weight));
    return l.in("conv_out").active(mixed, Conv.of(width, 3).asRepSite());
  }

  /** Over the channels of each pixel. */
  private static String over(GraphBuilder b, Op.Reduce.Function function, String x) {
    Op reduce = new Op.Reduce(function, Optional.of(List.of(1)), true, false);
    return b.op("reduce", reduce, List.of(x), 1);
  }

  private String head(Layers root, int index, String x, int base, int classes) {
    Layers l = root.in("seg_heads").in(index);
    String y = l.in("conv").active(x, Conv.of(scaled(heads.get(index), base), 3).asRepSite());
    return l.conv(y, Conv.of(classes, 1).named("conv_out"));
  }
}
