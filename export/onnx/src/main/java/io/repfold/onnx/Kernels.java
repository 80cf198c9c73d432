package io.repfold.onnx;

import io.repfold.graph.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/** The kernel size of a convolution, which ONNX says twice: in the weight and in an attribute. */
final class Kernels {
  private Kernels() {}

  /** The spatial dimensions of a weight. */
  static List<Long> of(Tensor weight) {
    return IntStream.range(2, weight.rank()).mapToObj(weight::dim).toList();
  }

  static boolean fits(List<? extends Number> kernel, Tensor weight) {
    return kernel.stream().map(Number::longValue).toList().equals(of(weight));
  }
}
