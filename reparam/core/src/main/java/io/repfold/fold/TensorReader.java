package io.repfold.fold;

import io.repfold.graph.ElementType;
import io.repfold.graph.Tensor;
import java.nio.FloatBuffer;

/**
 * Reads elements as doubles, many at once: one by one, large weights take several times as long.
 */
interface TensorReader {
  /** So many floats are widened at once. */
  int RUN = 1 << 12;

  /** The elements {@code [from, from + count)} in row-major order, from {@code target[at]} on. */
  void read(int from, int count, double[] target, int at);

  static TensorReader of(Tensor tensor) {
    if (tensor.type() == ElementType.FLOAT) {
      FloatBuffer floats = tensor.data().asFloatBuffer();
      return (from, count, target, at) -> readFloats(floats, from, count, target, at);
    }
    return (from, count, target, at) -> {
      for (int i = 0; i < count; i++) {
        target[at + i] = tensor.doubleAt(from + i);
      }
    };
  }

  private static void readFloats(FloatBuffer floats, int from, int count, double[] target, int at) {
    float[] run = new float[Math.min(RUN, count)];
    for (int done = 0; done < count; done += run.length) {
      int some = Math.min(run.length, count - done);
      floats.get(from + done, run, 0, some);
      widen(run, some, target, at + done);
    }
  }

  private static void widen(float[] values, int count, double[] target, int at) {
    for (int i = 0; i < count; i++) {
      target[at + i] = values[i];
    }
  }
}
