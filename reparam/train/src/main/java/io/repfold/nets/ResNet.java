package io.repfold.nets;

import io.repfold.config.Bounds;
import io.repfold.config.NamedArguments;
import io.repfold.graph.Kernel;
import io.repfold.graph.Op;
import io.repfold.graph.Window;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A residual network (He et al., "Deep Residual Learning", CVPR 2016, arXiv:1512.03385). Its last
 * stages may have dilated convolutions in place of strides (Yu, Koltun and Funkhouser, "Dilated
 * Residual Networks", CVPR 2017), so that its maps keep 1/8 or 1/16 of the image's size.
 *
 * <p>Depths from 50 on have bottleneck blocks, with the dilation in the 3 x 3 convolution; the
 * others basic blocks. Parameters are named as torchvision names them.
 *
 * @param depth one of {@link #names()}, without {@code resnet}
 * @param baseChannels channels of the first stage before its expansion; 64 as published
 * @param stem what is before the first pooling
 * @param outputStride of the last map: 8, 16 or 32
 * @param contractsDilation whether the first block of a dilated stage has half its dilation
 * @param stridesFirst whether a bottleneck's stride is in its first 1 x 1 convolution, as first
 *     published, and not in the 3 x 3
 * @param multiGrid factors of the last stage's dilation, one a block; empty for 1
 * @param ceilMode whether the pooling keeps a last half window
 * @param biased whether all convolutions have biases
 * @param averagesDown whether a mean over 2 x 2 takes the place of the stride in the shortcuts (He
 *     et al., "Bag of Tricks for Image Classification", CVPR 2019, arXiv:1812.01187, variant D)
 * @param repSites whether the 3 x 3 convolutions of the blocks are places of Rep blocks
 */
record ResNet(
    int depth,
    int baseChannels,
    Stem stem,
    int outputStride,
    boolean contractsDilation,
    boolean stridesFirst,
    List<Integer> multiGrid,
    boolean ceilMode,
    boolean biased,
    boolean averagesDown,
    boolean repSites) {
  private static final List<Integer> DEPTHS = List.of(18, 34, 50, 101, 152);
  private static final int EXPANSION = 4;
  private static final Bounds FACTOR = Bounds.between(1, 64);

  /**
   * What is before the first pooling.
   *
   * @param deep three 3 x 3 convolutions in place of one 7 x 7
   * @param width channels of the first two of them; the third has twice as many
   */
  record Stem(boolean deep, int width) {}

  /** Feature maps, from the stem before its pooling to the last stage. */
  record Maps(String stem, String first, String second, String third, String last) {}

  /** How the network was published that it is a part of, where its arguments do not say it. */
  record Published(boolean deepStem, int outputStride, boolean contractsDilation) {
    /** As torchvision has it. */
    static final Published CLASSIFIER = new Published(false, 32, true);
  }

  static List<String> names() {
    return DEPTHS.stream().map(depth -> "resnet" + depth).toList();
  }

  /**
   * Reads {@code stem}, {@code stem_width}, {@code style}, {@code output_stride}, {@code
   * contract_dilation}, {@code multi_grid}, {@code ceil_mode}, {@code conv_bias}, {@code avg_down}
   * and {@code repconv_backbone}.
   */
  static ResNet read(NamedArguments a, String name, int baseChannels, Published published) {
    int depth = Integer.parseInt(name.substring("resnet".length()));
    boolean deep = published.deepStem() && depth >= 50;
    Stem stem =
        new Stem(
            a.choice("stem", deep ? "deep" : "7x7", List.of("deep", "7x7")).equals("deep"),
            a.integer("stem_width", SharedArguments.CHANNELS).orElse(baseChannels));
    String style = a.choice("style", "pytorch", List.of("pytorch", "caffe"));
    int stride = SharedArguments.outputStride(a, published.outputStride(), List.of(8, 16, 32));
    List<Integer> grid = a.integers("multi_grid", FACTOR).orElse(List.of());
    ResNet net =
        new ResNet(
            depth,
            baseChannels,
            stem,
            stride,
            a.flag("contract_dilation", published.contractsDilation()),
            style.equals("caffe"),
            grid,
            a.flag("ceil_mode", false),
            a.flag("conv_bias", false),
            a.flag("avg_down", false),
            a.flag("repconv_backbone", false));
    int last = net.blocks().get(3);
    if (!grid.isEmpty() && grid.size() != last) {
      throw a.wrong(
          "multi_grid", "a list of %d factors, one a block of the last stage".formatted(last));
    }
    return net;
  }

  /**
   * For networks whose own layers fit to one stride only.
   *
   * @param why follows the number in the message
   */
  void requireOutputStride(NamedArguments a, int only, String why) {
    if (outputStride != only) {
      throw a.wrong("output_stride", "%d, %s".formatted(only, why));
    }
  }

  /** The classifier. */
  static Network classifier(Construction c, NamedArguments a, String name) {
    ResNet net = read(a, name, c.baseChannels(64), Published.CLASSIFIER);
    Layers root = c.start();
    c.classes(net.append(root.in(Construction.BACKBONE), c.image()).last());
    return c.network();
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

  int blocks(int stage) {
    return blocks().get(stage - 1);
  }

  boolean hasBottlenecks() {
    return depth >= 50;
  }

  /** Channels of the map before the pooling. */
  int stemChannels() {
    return stem.deep() ? 2 * stem.width() : baseChannels;
  }

  /** Channels of the output of a stage, 1 to 4. */
  int channels(int stage) {
    return (baseChannels << (stage - 1)) * (hasBottlenecks() ? EXPANSION : 1);
  }

  private int dilation(int stage) {
    int strided = stage < 2 ? 4 : 4 << (stage - 1);
    return Math.max(1, strided / outputStride);
  }

  private int stride(int stage) {
    return stage == 1 || dilation(stage) > 1 ? 1 : 2;
  }

  /** The dilation of each block of a stage. */
  private List<Integer> dilations(int stage) {
    int dilation = dilation(stage);
    if (stage == 4 && !multiGrid.isEmpty()) {
      return multiGrid.stream().map(factor -> factor * dilation).toList();
    }
    return Collections.nCopies(blocks(stage), dilation);
  }

  Maps append(Layers l, String image) {
    return append(l, image, dilations(3), dilations(4));
  }

  /** The same with other dilations of the blocks of the last two stages. */
  Maps append(Layers l, String image, List<Integer> third, List<Integer> fourth) {
    String stemmed = stem(l, image);
    String x = l.graph().maxPool(stemmed, Kernel.of(3).withStride(2), ceilMode);
    String first = stage(l, x, 1, dilations(1));
    String second = stage(l, first, 2, dilations(2));
    String middle = stage(l, second, 3, third);
    return new Maps(stemmed, first, second, middle, stage(l, middle, 4, fourth));
  }

  private String stem(Layers l, String image) {
    String x = image;
    if (!stem.deep()) {
      return l.active(x, conv(baseChannels, Kernel.of(7).withStride(2)).named("conv1", "bn1"));
    }
    Layers deep = l.in("conv1");
    x = deep.active(x, conv(stem.width(), Kernel.of(3).withStride(2)).named("0", "1"));
    x = deep.active(x, conv(stem.width(), Kernel.of(3)).named("3", "4"));
    x = deep.conv(x, conv(2 * stem.width(), Kernel.of(3)).named("6"));
    return l.graph().relu(l.graph().named("bn1").batchNorm(x));
  }

  private String stage(Layers l, String x, int stage, List<Integer> dilations) {
    int channels = baseChannels << (stage - 1);
    Layers layer = l.in("layer" + stage);
    String y = x;
    for (int i = 0; i < dilations.size(); i++) {
      int next = dilations.get(i);
      boolean contracted = i == 0 && contractsDilation && stride(stage) == 1 && stage > 1;
      int dilation = contracted ? Math.max(1, next / 2) : next;
      y = block(layer.in(i), y, channels, i == 0 ? stride(stage) : 1, dilation, next);
    }
    return y;
  }

  /** The blocks of a stage but its first, as a decoder repeats them. */
  String others(Layers l, String x, int stage) {
    String y = x;
    for (int i : IntStream.range(1, blocks(stage)).toArray()) {
      y = block(l.in(i), y, baseChannels << (stage - 1), 1, 1, 1);
    }
    return y;
  }

  /**
   * @param dilation of the 3 x 3 convolution with the stride
   * @param next of the second 3 x 3 convolution of a basic block
   */
  private String block(Layers l, String x, int channels, int stride, int dilation, int next) {
    int out = hasBottlenecks() ? EXPANSION * channels : channels;
    Kernel dilated = Kernel.of(3).withDilation(dilation);
    String y;
    if (hasBottlenecks()) {
      int before = stridesFirst ? stride : 1;
      y = l.active(x, conv(channels, Kernel.of(1).withStride(before)).named("conv1", "bn1"));
      y = l.active(y, site(channels, dilated.withStride(stride / before)).named("conv2", "bn2"));
      y = l.norm(y, conv(out, Kernel.of(1)).named("conv3", "bn3"));
    } else {
      y = l.active(x, site(channels, dilated.withStride(stride)).named("conv1", "bn1"));
      y = l.norm(y, site(channels, Kernel.of(3).withDilation(next)).named("conv2", "bn2"));
    }
    String shortcut = x;
    if (stride != 1 || l.channels(x) != out) {
      shortcut = projected(l.in("downsample"), x, out, stride);
    }
    return l.graph().relu(l.add(y, shortcut));
  }

  private String projected(Layers l, String x, int channels, int stride) {
    if (!averagesDown) {
      return l.norm(x, conv(channels, Kernel.of(1).withStride(stride)).named("0", "1"));
    }
    return l.norm(stride == 1 ? x : halved(l, x), conv(channels, Kernel.of(1)).named("1", "2"));
  }

  private static String halved(Layers l, String x) {
    List<Integer> two = List.of(2, 2);
    Op mean = new Op.AveragePool(two, Window.of(two, List.of(), List.of()), true, false);
    return l.graph().op("mean", mean, List.of(x), l.channels(x));
  }

  private Conv conv(int channels, Kernel kernel) {
    return Conv.of(channels, kernel).withBias(biased);
  }

  private Conv site(int channels, Kernel kernel) {
    return conv(channels, kernel).asRepSite(repSites);
  }
}
