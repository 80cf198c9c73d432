package io.repfold.djl;

import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.repfold.graph.Op;
import io.repfold.graph.SlidingWindow;
import java.util.Arrays;

/**
 * Transposed convolution as a convolution, without a multiplication by an inserted zero.
 *
 * <p>Output {@code stride * q + r} is {@code sum over a of x[q - a] w[stride * a + r]}: for each
 * remainder r a convolution with every stride-th tap, flipped. All remainders are channels of one
 * convolution, which are then moved into the image. Operands: image, kernel {@code [I, O / groups,
 * k...]}, optional bias.
 */
final class TransposedConvolutions {
  private final int groups;
  private final int axes;
  private final long[] x;
  private final long[] weight;
  private final int[] kernel;
  private final int[] spread;
  private final int[] stride;
  private final int[] taps;
  private final Shape unit;
  private final Shape padding;
  private final Shape dilation;
  private final long[] crop;

  private TransposedConvolutions(Op.ConvTranspose op, long[] x, long[] weight) {
    this.groups = op.groups();
    this.x = x;
    this.weight = weight;
    SlidingWindow window = SlidingWindow.transposed(op, Pads.spatial(x), Pads.spatial(weight));
    this.axes = window.image().length;
    this.kernel = window.kernel();
    this.stride = window.stride();
    boolean dense = Arrays.stream(stride).allMatch(s -> s == 1);
    this.dilation = dense ? Convolutions.shape(window.dilation()) : ones();
    this.spread = dense ? ints(1) : window.dilation();
    this.unit = ones();
    this.taps = new int[axes];
    this.crop = new long[2 * axes];
    long[] pads = new long[axes];
    for (int i = 0; i < axes; i++) {
      int size = (kernel[i] - 1) * spread[i] + 1;
      taps[i] = (size + stride[i] - 1) / stride[i];
      long reach = dilation.get(i) * (taps[i] - 1);
      long full = (x[2 + i] + reach) * stride[i];
      long begin = window.padBegin()[i];
      long end = full - begin - window.image()[i];
      long dropped = Math.max(0, Math.min(reach, Math.min(begin, end) / stride[i]));
      pads[i] = reach - dropped;
      crop[2 * (axes - 1 - i)] = dropped * stride[i] - begin;
      crop[2 * (axes - 1 - i) + 1] = dropped * stride[i] - end;
    }
    this.padding = new Shape(pads);
  }

  static Step of(Op.ConvTranspose op, long[] x, long[] weight) {
    TransposedConvolutions convolution = new TransposedConvolutions(op, x, weight);
    return Step.single((in, training) -> convolution.run(in));
  }

  private Shape ones() {
    return Convolutions.shape(ints(1));
  }

  private int[] ints(int value) {
    int[] ints = new int[axes];
    Arrays.fill(ints, value);
    return ints;
  }

  private PtNDArray run(PtNDArray[] in) {
    PtNDArray y;
    try (PtNDArray remainders = remainderKernels(in[0], in[1])) {
      y = JniUtils.convolution(in[0], remainders, null, unit, padding, dilation, groups);
    }
    y = replaced(y, intoImage(y));
    if (!Pads.isNone(crop)) {
      y = replaced(y, JniUtils.pad(y, crop, 0));
    }
    if (in.length > 2) {
      long[] channels = new long[axes + 1];
      Arrays.fill(channels, 1);
      channels[0] = weight[1] * groups;
      try (PtNDArray bias = PassArrays.reshape(in[0], in[2], channels)) {
        y = replaced(y, JniUtils.add(y, bias));
      }
    }
    return y;
  }

  /** {@code [O * strides, I / groups, taps...]}, with the remainders of a channel side by side. */
  private PtNDArray remainderKernels(PtNDArray beside, PtNDArray kernels) {
    PtNDArray w = PassArrays.reshape(beside, kernels, weight);
    for (int i = 0; i < axes; i++) {
      if (spread[i] > 1) {
        w = replaced(w, spread(w, 2 + i, spread[i]));
      }
    }
    long[] missing = new long[2 * axes];
    long[] split = new long[3 + 2 * axes];
    split[0] = groups;
    split[1] = weight[0] / groups;
    split[2] = weight[1];
    long[] order = new long[3 + 2 * axes];
    order[1] = 2;
    order[2 + axes] = 1;
    long[] flipped = new long[axes];
    long[] joined = new long[2 + axes];
    joined[0] = weight[1] * groups;
    joined[1] = split[1];
    for (int i = 0; i < axes; i++) {
      int size = (kernel[i] - 1) * spread[i] + 1;
      missing[2 * (axes - 1 - i) + 1] = (long) taps[i] * stride[i] - size;
      split[3 + 2 * i] = taps[i];
      split[4 + 2 * i] = stride[i];
      order[2 + i] = 4 + 2L * i;
      order[3 + axes + i] = 3 + 2L * i;
      flipped[i] = 2L + i;
      joined[0] *= stride[i];
      joined[2 + i] = taps[i];
    }
    if (!Pads.isNone(missing)) {
      w = replaced(w, JniUtils.pad(w, missing, 0));
    }
    w = replaced(w, JniUtils.reshape(w, split));
    w = replaced(w, JniUtils.permute(w, order));
    w = replaced(w, JniUtils.reshape(w, joined));
    return replaced(w, JniUtils.flip(w, flipped));
  }

  /** Zeros between the elements of an axis. */
  private static PtNDArray spread(PtNDArray w, int axis, int distance) {
    long[] dims = w.getShape().getShape();
    long[] split = new long[dims.length + 1];
    System.arraycopy(dims, 0, split, 0, axis + 1);
    split[axis + 1] = 1;
    System.arraycopy(dims, axis + 1, split, axis + 2, dims.length - axis - 1);
    long[] pads = new long[2 * (split.length - axis - 1)];
    pads[pads.length - 1] = distance - 1L;
    long[] joined = dims.clone();
    joined[axis] = dims[axis] * distance;
    PtNDArray y = JniUtils.reshape(w, split);
    y = replaced(y, JniUtils.pad(y, pads, 0));
    y = replaced(y, JniUtils.reshape(y, joined));
    return replaced(y, JniUtils.slice(y, axis, 0, (dims[axis] - 1) * distance + 1, 1));
  }

  /** {@code [N, O, s1, s2, H, W]} to {@code [N, O, H * s1, W * s2]}. */
  private PtNDArray intoImage(PtNDArray y) {
    if (Arrays.stream(stride).allMatch(s -> s == 1)) {
      return JniUtils.reshape(y, y.getShape().getShape());
    }
    long[] dims = y.getShape().getShape();
    long[] split = new long[2 + 2 * axes];
    long[] order = new long[2 + 2 * axes];
    long[] joined = new long[2 + axes];
    split[0] = x[0];
    joined[0] = x[0];
    split[1] = weight[1] * groups;
    joined[1] = split[1];
    order[1] = 1;
    for (int i = 0; i < axes; i++) {
      split[2 + i] = stride[i];
      split[2 + axes + i] = dims[2 + i];
      order[2 + 2 * i] = 2L + axes + i;
      order[3 + 2 * i] = 2L + i;
      joined[2 + i] = dims[2 + i] * stride[i];
    }
    try (PtNDArray a = JniUtils.reshape(y, split);
        PtNDArray b = JniUtils.permute(a, order)) {
      return JniUtils.reshape(b, joined);
    }
  }

  private static PtNDArray replaced(PtNDArray old, PtNDArray value) {
    return PassArrays.replaced(old, value);
  }
}
