package io.repfold.fold;

import io.repfold.graph.ElementType;
import io.repfold.graph.Tensor;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads elements as doubles, many at once: one by one, large weights take several times as long.
 */
final class TensorReader {
  private static final int RUN = 1 << 12;

  private final Tensor tensor;
  private final @Nullable FloatBuffer floats;
  private final float[] run;

  TensorReader(Tensor tensor) {
    this.tensor = tensor;
    this.floats = tensor.type() == ElementType.FLOAT ? tensor.data().asFloatBuffer() : null;
    this.run = new float[floats == null ? 0 : (int) Math.min(RUN, tensor.size())];
  }

  /** The elements {@code [from, from + count)} in row-major order, from {@code target[at]} on. */
  void read(int from, int count, double[] target, int at) {
    if (floats == null) {
      for (int i = 0; i < count; i++) {
        target[at + i] = tensor.doubleAt(from + i);
      }
      return;
    }
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
