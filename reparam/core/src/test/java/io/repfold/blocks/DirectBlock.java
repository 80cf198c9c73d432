package io.repfold.blocks;

import io.repfold.graph.Graph;
import io.repfold.graph.Kernel;
import io.repfold.graph.NdArray;
import io.repfold.graph.Op;

/**
 * A block computed from its definition, one output number after another, without pads, crops or
 * ONNX ops: a tap that lies outside the image reads 0, or BN(0) behind an inner normalization.
 */
final class DirectBlock {
  private final Graph graph;
  private final RepSpec spec;
  private final NdArray image;

  DirectBlock(Graph graph, RepSpec spec, NdArray image) {
    this.graph = graph;
    this.spec = spec;
    this.image = image;
  }

  /** Something to read at a pixel that may lie outside the image. */
  private interface Source {
    double at(int channel, int y, int x);
  }

  double[] outputs() {
    Kernel kernel = spec.kernel();
    int rows = kernel.outputs(0, image.dim(2));
    int columns = kernel.outputs(1, image.dim(3));
    double[] out = new double[image.dim(0) * spec.outChannels() * rows * columns];
    int at = 0;
    for (int n = 0; n < image.dim(0); n++) {
      Source source = image(n);
      for (int o = 0; o < spec.outChannels(); o++) {
        for (int row = 0; row < rows; row++) {
          for (int column = 0; column < columns; column++) {
            int top = row * kernel.stride(0) - kernel.padBegin(0);
            int left = column * kernel.stride(1) - kernel.padBegin(1);
            out[at++] = output(source, o, top, left);
          }
        }
      }
    }
    return out;
  }

  private Source image(int n) {
    int height = image.dim(2);
    int width = image.dim(3);
    return (c, y, x) ->
        y < 0 || x < 0 || y >= height || x >= width
            ? 0
            : image.data()[((n * image.dim(1) + c) * height + y) * width + x];
  }

  /** The sum of the branches that the graph has; top and left are where the first tap reads. */
  private double output(Source x, int o, int top, int left) {
    double sum = 0;
    for (int i = 0; has("kxk" + i); i++) {
      sum += normed("kxk" + i + ".bn", o, placed("kxk" + i + ".conv", x, o, top, left));
    }
    for (String name : new String[] {"kxk", "pointwise", "horizontal", "vertical", "small"}) {
      if (has(name)) {
        double part = placed(name + ".conv", x, o, top, left);
        boolean bare = spec.kind() == RepKind.QAREPVGG && !name.equals("kxk");
        sum += bare ? part : normed(name + ".bn", o, part);
      }
    }
    if (has("sequence")) {
      Source inner = inner("sequence", x);
      sum += normed("sequence.bn_2", o, placed("sequence.conv_2", inner, o, top, left));
    }
    if (has("average.conv")) {
      sum += normed("average.bn_2", o, mean(inner("average", x), o, top, left));
    } else if (has("average")) {
      sum += normed("average.bn", o, mean(x, o, top, left));
    }
    if (has("identity")) {
      sum += normed("identity.bn", o, center(x, o, top, left));
    }
    if (spec.kind() == RepKind.QAREPVGG) {
      boolean skips = RepBlocks.names(spec, image.dim(1)).contains("identity");
      sum = normed("bn", o, sum + (skips ? center(x, o, top, left) : 0));
    }
    return sum;
  }

  private double center(Source x, int channel, int top, int left) {
    Kernel k = spec.kernel();
    int y = top + k.center(0) * k.dilation(0);
    return x.at(channel, y, left + k.center(1) * k.dilation(1));
  }

  private boolean has(String branch) {
    return graph.initializers().keySet().stream().anyMatch(n -> n.startsWith(branch + "."));
  }

  /** A convolution whose center tap lies on the block's, or whose only taps are a row or column. */
  private double placed(String name, Source x, int o, int top, int left) {
    var weight = graph.initializers().get(name + ".weight");
    int perGroup = (int) weight.dim(1);
    int height = (int) weight.dim(2);
    int width = (int) weight.dim(3);
    Kernel k = spec.kernel();
    int skippedRows = k.center(0) - (height - 1) / 2;
    int skippedColumns = k.center(1) - (width - 1) / 2;
    int first = o / (spec.outChannels() / spec.groups()) * perGroup;
    double sum = 0;
    for (int c = 0; c < perGroup; c++) {
      for (int i = 0; i < height; i++) {
        for (int j = 0; j < width; j++) {
          int y = top + (skippedRows + i) * k.dilation(0);
          int column = left + (skippedColumns + j) * k.dilation(1);
          double w = weight.doubleAt(((o * perGroup + c) * height + i) * width + j);
          sum += w * x.at(first + c, y, column);
        }
      }
    }
    return sum;
  }

  private double mean(Source x, int channel, int top, int left) {
    Kernel k = spec.kernel();
    double sum = 0;
    for (int i = 0; i < k.height(); i++) {
      for (int j = 0; j < k.width(); j++) {
        sum += x.at(channel, top + i * k.dilation(0), left + j * k.dilation(1));
      }
    }
    return sum / (k.height() * k.width());
  }

  /** The pointwise convolution and normalization that begin a branch, also outside the image. */
  private Source inner(String branch, Source x) {
    var weight = graph.initializers().get(branch + ".conv.weight");
    int perGroup = (int) weight.dim(1);
    int outPerGroup = (int) weight.dim(0) / spec.groups();
    return (m, y, column) -> {
      double sum = 0;
      for (int c = 0; c < perGroup; c++) {
        sum += weight.doubleAt(m * perGroup + c) * x.at(m / outPerGroup * perGroup + c, y, column);
      }
      return normed(branch + ".bn", m, sum);
    };
  }

  private double normed(String name, int channel, double value) {
    float epsilon = ((Op.BatchNormalization) graph.producer(name).orElseThrow().op()).epsilon();
    double variance = parameter(name + ".running_var", channel);
    double scale = parameter(name + ".weight", channel) / Math.sqrt(variance + epsilon);
    return parameter(name + ".bias", channel)
        + scale * (value - parameter(name + ".running_mean", channel));
  }

  private double parameter(String name, int channel) {
    return graph.initializers().get(name).doubleAt(channel);
  }
}
