package io.repfold.image;

import ai.onnx.proto.OnnxMl.AttributeProto;
import io.repfold.runtime.OnnxModel;
import java.util.List;
import java.util.Random;

/** Small segmentation networks. */
final class SegmentModels {
  static final int FLOAT = OnnxModel.FLOAT;
  static final int UINT8 = 2;
  static final int FLOAT16 = 10;

  private SegmentModels() {}

  /** A 1x1 convolution: scores of a pixel depend on that pixel only. Any size and number. */
  static OnnxModel local(int classes) {
    return conv(classes, 1, 1, "N", "H", "W");
  }

  /** A k x k convolution of a dilation, padded to the image's size. */
  static OnnxModel conv(int classes, int kernel, int dilation, Object n, Object h, Object w) {
    long pad = (long) (kernel - 1) / 2 * dilation;
    return new OnnxModel()
        .input("image", FLOAT, n, 3L, h, w)
        .weights("w", random(classes * 3 * kernel * kernel, kernel), classes, 3, kernel, kernel)
        .weights("b", random(classes, 5), classes)
        .node(
            "Conv",
            List.of("image", "w", "b"),
            List.of("scores"),
            OnnxModel.ints("dilations", dilation, dilation),
            OnnxModel.ints("pads", pad, pad, pad, pad))
        .output("scores", FLOAT, n, (long) classes, h, w);
  }

  /** Scores of 1/4 of the size. */
  static OnnxModel strided(int classes, Object n, Object h, Object w) {
    return new OnnxModel()
        .input("image", FLOAT, n, 3L, h, w)
        .weights("w", random(classes * 3 * 16, 4), classes, 3, 4, 4)
        .node("Conv", List.of("image", "w"), List.of("scores"), OnnxModel.ints("strides", 4, 4))
        .output("scores", FLOAT, n, (long) classes, null, null);
  }

  /** Classes [N, H, W] in place of scores. */
  static OnnxModel classes(int classes) {
    return new OnnxModel()
        .input("image", FLOAT, "N", 3L, "H", "W")
        .weights("w", random(classes * 3, 1), classes, 3, 1, 1)
        .weights("b", random(classes, 5), classes)
        .node("Conv", List.of("image", "w", "b"), List.of("scores"))
        .node(
            "ArgMax",
            List.of("scores"),
            List.of("classes"),
            axis(1),
            OnnxModel.integer("keepdims", 0))
        .output("classes", OnnxModel.INT64, "N", "H", "W");
  }

  /** {@link #local} between casts from and to float16. */
  static OnnxModel half(int classes) {
    return new OnnxModel()
        .input("image", FLOAT16, "N", 3L, "H", "W")
        .weights("w", random(classes * 3, 1), classes, 3, 1, 1)
        .weights("b", random(classes, 5), classes)
        .node("Cast", List.of("image"), List.of("wide"), OnnxModel.integer("to", FLOAT))
        .node("Conv", List.of("wide", "w", "b"), List.of("scores"))
        .node("Cast", List.of("scores"), List.of("half"), OnnxModel.integer("to", FLOAT16))
        .output("half", FLOAT16, "N", (long) classes, "H", "W");
  }

  /** The mean of three channels, as one. */
  static OnnxModel single() {
    return new OnnxModel()
        .input("image", FLOAT, "N", 3L, "H", "W")
        .weights("w", new float[] {1 / 3f, 1 / 3f, 1 / 3f}, 1, 3, 1, 1)
        .node("Conv", List.of("image", "w"), List.of("score"))
        .output("score", FLOAT, "N", 1L, "H", "W");
  }

  /**
   * Takes bytes [N, H, W, 3] and gives scores [N, H, W, classes], as {@link #local} of raw values.
   */
  static OnnxModel channelsLast(int classes) {
    return new OnnxModel()
        .input("image", UINT8, "N", "H", "W", 3L)
        .weights("w", random(classes * 3, 1), classes, 3, 1, 1)
        .weights("b", random(classes, 5), classes)
        .node("Cast", List.of("image"), List.of("wide"), OnnxModel.integer("to", FLOAT))
        .node("Transpose", List.of("wide"), List.of("first"), OnnxModel.ints("perm", 0, 3, 1, 2))
        .node("Conv", List.of("first", "w", "b"), List.of("scores"))
        .node("Transpose", List.of("scores"), List.of("last"), OnnxModel.ints("perm", 0, 2, 3, 1))
        .output("last", FLOAT, "N", "H", "W", (long) classes);
  }

  static float[] random(int count, long seed) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static AttributeProto axis(long value) {
    return OnnxModel.integer("axis", value);
  }
}
