package io.repfold.fold;

import io.repfold.graph.ElementType;
import io.repfold.graph.Tensor;

/** Element access without a type switch in the loop over floats. */
interface TensorReader {
  double at(int index);

  static TensorReader of(Tensor tensor) {
    if (tensor.type() == ElementType.FLOAT) {
      var floats = tensor.data().asFloatBuffer();
      return floats::get;
    }
    return tensor::doubleAt;
  }
}
