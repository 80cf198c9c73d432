package io.repfold.nets;

import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import java.util.List;

/**
 * A residual network (He et al., "Deep Residual Learning", CVPR 2016) whose last two stages have
 * dilated convolutions in place of strides (Yu, Koltun and Funkhouser, "Dilated Residual Networks",
 * CVPR 2017), so that its maps have 1/8 of the image's size.
 *
 * <p>Depths from 50 on have bottleneck blocks, with stride and dilation in the 3 x 3 convolution,
 * and a stem of three 3 x 3 convolutions; the others basic blocks and a 7 x 7 stem. Parameters are
 * named as torchvision names them.
 *
 * @param depth one of {@link #names()}, without {@code resnet}
 * @param baseChannels channels of the first stage before its expansion; 64 as published
 * @param contractsDilation whether the first block of a dilated stage has half its dilation
 * @param site what the 3 x 3 convolutions of the blocks are
 */
record DilatedResNet(int depth, int baseChannels, boolean contractsDilation, RepSite site) {
  private static final List<Integer> DEPTHS = List.of(18, 34, 50, 101, 152);
  private static final int EXPANSION = 4;

  /**
   * Feature maps at 1/8 of the image's size.
   *
   * @param middle of the third stage, with half the channels of {@code last}
   */
  record Maps(String middle, String last) {}

  static List<String> names() {
    return DEPTHS.stream().map(depth -> "resnet" + depth).toList();
  }

  private List<Integer> blocks() {
    return switch (depth) {
      case 18 -> List.of(2, 2, 2, 2);
      case 34, 50 -> List.of(3, 4, 6, 3);
      case 101 -> List.of(3, 4, 23, 3);
      case 152 -> List.of(3, 8, 36, 3);
      default -> throw new IllegalArgumentException("There is no residual network of " + depth);
    };
  }

  private boolean isDeep() {
    return depth >= 50;
  }

  Maps append(GraphBuilder b, String image) {
    String x = b.maxPool(stem(b, image), Kernel.of(3).withStride(2), false);
    x = stage(b, x, 1, 1, 1);
    x = stage(b, x, 2, 2, 1);
    String middle = stage(b, x, 3, 1, 2);
    return new Maps(middle, stage(b, middle, 4, 1, 4));
  }

  private String stem(GraphBuilder b, String image) {
    Kernel half = Kernel.of(isDeep() ? 3 : 7).withStride(2);
    String x = image;
    if (isDeep()) {
      GraphBuilder deep = b.scope("conv1");
      x = deep.relu(conv(deep, "0", "1", x, baseChannels, half));
      x = deep.relu(conv(deep, "3", "4", x, baseChannels, Kernel.of(3)));
      x = deep.named("6").conv(x, 2 * baseChannels, Kernel.of(3), 1);
    } else {
      x = b.named("conv1").conv(x, baseChannels, half, 1);
    }
    return b.relu(b.named("bn1").batchNorm(x));
  }

  private String stage(GraphBuilder b, String x, int index, int stride, int dilation) {
    int channels = baseChannels << (index - 1);
    int first = contractsDilation ? Math.max(1, dilation / 2) : dilation;
    GraphBuilder stage = b.scope("layer" + index);
    String y = block(stage.scope("0"), x, channels, stride, first, dilation);
    for (int i = 1; i < blocks().get(index - 1); i++) {
      y = block(stage.scope(Integer.toString(i)), y, channels, 1, dilation, dilation);
    }
    return y;
  }

  /**
   * @param dilation of the 3 x 3 convolution with the stride
   * @param next of the second 3 x 3 convolution of a basic block
   */
  private String block(GraphBuilder b, String x, int channels, int stride, int dilation, int next) {
    Kernel strided = Kernel.of(3).withStride(stride).withDilation(dilation);
    int out = isDeep() ? EXPANSION * channels : channels;
    String y;
    if (isDeep()) {
      y = b.relu(conv(b, "conv1", "bn1", x, channels, Kernel.of(1)));
      y = b.relu(site.append(b, y, channels, strided, "conv2", "bn2"));
      y = conv(b, "conv3", "bn3", y, out, Kernel.of(1));
    } else {
      y = b.relu(site.append(b, x, channels, strided, "conv1", "bn1"));
      Kernel second = Kernel.of(3).withDilation(next);
      y = site.append(b, y, channels, second, "conv2", "bn2");
    }
    String shortcut = x;
    if (stride != 1 || b.channels(x) != out) {
      GraphBuilder down = b.scope("downsample");
      shortcut = conv(down, "0", "1", x, out, Kernel.of(1).withStride(stride));
    }
    return b.relu(b.add(List.of(y, shortcut)));
  }

  private static String conv(
      GraphBuilder b, String convName, String normName, String x, int channels, Kernel kernel) {
    return RepSite.PLAIN.append(b, x, channels, kernel, convName, normName);
  }
}
