package io.repfold.nets;

import io.repfold.config.NamedArguments;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.List;

/**
 * The fully convolutional network FCN-8s (Long, Shelhamer and Darrell, CVPR 2015, arXiv:1411.4038):
 * VGG-16 with its fully connected layers as convolutions, and scores of three resolutions summed.
 * The first convolution is padded by 100 pixels, and what that adds is cut off again. The bilinear
 * transposed convolutions are fixed.
 */
final class Fcn8 {
  private static final int PADDING = 100;
  private static final double FINE_SCALE = 0.0001;
  private static final double MIDDLE_SCALE = 0.01;

  private Fcn8() {}

  static Network build(Construction c, NamedArguments a) {
    int base = c.baseChannels(64);
    int wide = c.width("head_width", 64 * base);
    double dropout = SharedArguments.dropout(a, 0.5);
    Layers root = c.start();
    VggFeatures vgg = new VggFeatures(base, false);
    List<String> maps = vgg.pooled(root.in(Construction.BACKBONE), c.image(), PADDING, true);
    Layers l = root.in("head");
    GraphBuilder b = l.graph();
    Conv first = Conv.of(wide, Kernel.of(7).withoutPads()).withBias().named("conv6");
    String y = l.drop(b.relu(l.conv(maps.get(4), first)), dropout);
    Conv second = Conv.of(wide, 1).withBias().named("conv7");
    y = l.drop(b.relu(l.conv(y, second)), dropout);
    String coarse = upsampled(b, l.classify(y, c.classes()), 2);
    String middle = scaled(l, "pool4", maps.get(3), MIDDLE_SCALE, c.classes());
    y = upsampled(b, l.add(coarse, Sizes.crop(b, "crop4", middle, coarse, 5)), 2);
    String fine = scaled(l, "pool3", maps.get(2), FINE_SCALE, c.classes());
    y = upsampled(b, l.add(y, Sizes.crop(b, "crop3", fine, y, 9)), 8);
    c.logits(Sizes.crop(root.graph(), "logits", y, c.image(), 31));
    return c.network();
  }

  private static String scaled(Layers l, String name, String x, double scale, int classes) {
    GraphBuilder b = l.graph();
    String factor = b.constant(Tensor.ofFloats(new float[] {(float) scale}));
    String small = b.binary(Op.Binary.Function.MUL, x, factor);
    return l.conv(small, Conv.of(classes, 1).withBias().named(name));
  }

  private static String upsampled(GraphBuilder b, String x, int factor) {
    return BilinearKernel.append(b, "upsample", x, factor, 0);
  }
}
