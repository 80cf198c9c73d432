package io.repfold.tensorrt;

import io.repfold.runtime.ElementType;
import io.repfold.runtime.EngineException;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.tensorrt.nvinfer.Dims64;

/** Shapes to TensorRT and back. */
final class Shapes {
  private Shapes() {}

  /** Sizes, outermost first, -1 where one is open. */
  static long[] of(Dims64 dims) {
    long[] sizes = new long[Math.max(0, dims.nbDims())];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = dims.d(i);
    }
    return sizes;
  }

  /**
   * What a tensor needs.
   *
   * @throws EngineException if it is more than a tensor of ours can hold
   */
  static int bytes(String tensor, ElementType type, long... sizes) {
    try {
      long bytes = type.bytes();
      for (long size : sizes) {
        bytes = Math.multiplyExact(bytes, size);
      }
      return Math.toIntExact(bytes);
    } catch (ArithmeticException e) {
      throw new EngineException(
          "Tensor '%s' of %s%s does not fit into the 2 GiB that one can hold"
              .formatted(tensor, type, Arrays.toString(sizes)),
          e);
    }
  }

  static Dims64 dims(List<Long> sizes) {
    return dims(sizes.stream().mapToLong(Long::longValue).toArray());
  }

  /** The caller closes it. */
  static Dims64 dims(long... sizes) {
    Dims64 dims = new Dims64();
    dims.nbDims(sizes.length);
    for (int i = 0; i < sizes.length; i++) {
      dims.d(i, sizes[i]);
    }
    return dims;
  }
}
