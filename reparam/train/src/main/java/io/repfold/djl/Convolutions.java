package io.repfold.djl;

import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.repfold.graph.Op;
import io.repfold.graph.SlidingWindow;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Convolution over one to three spatial axes. Operands: image, kernel, optional bias. */
final class Convolutions {
  private Convolutions() {}

  static Step of(Op.Conv op, long[] x, long[] weight) {
    SlidingWindow window =
        SlidingWindow.of(op.window(), Pads.spatial(x), Pads.spatial(weight), false);
    Pads pads = Pads.of(window);
    Shape stride = shape(window.stride());
    Shape padding = new Shape(pads.common());
    Shape dilation = shape(window.dilation());
    if (!pads.hasRest()) {
      return Step.single(
          (in, training) ->
              JniUtils.convolution(in[0], in[1], bias(in), stride, padding, dilation, op.groups()));
    }
    long[] rest = pads.rest();
    return Step.single(
        (in, training) -> {
          try (PtNDArray padded = JniUtils.pad(in[0], rest, 0)) {
            return JniUtils.convolution(
                padded, in[1], bias(in), stride, padding, dilation, op.groups());
          }
        });
  }

  static @Nullable PtNDArray bias(PtNDArray[] in) {
    return in.length > 2 ? in[2] : null;
  }

  static Shape shape(int[] values) {
    return new Shape(Arrays.stream(values).asLongStream().toArray());
  }
}
