package io.repfold.graph;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/** One value that all parameters share the memory of; see {@link WeightSource#everywhere}. */
final class EqualWeights implements WeightSource {
  private final double value;
  private final Map<ElementType, ByteBuffer> filled = new EnumMap<>(ElementType.class);

  EqualWeights(double value) {
    this.value = value;
  }

  @Override
  public double[] values(String name, Role role, long... dims) {
    double[] values = new double[Math.toIntExact(Tensor.count(dims))];
    Arrays.fill(values, value);
    return values;
  }

  @Override
  public synchronized Tensor tensor(String name, Role role, ElementType type, long... dims) {
    int width = type.bits() / 8;
    int bytes = Math.toIntExact(Math.multiplyExact(Tensor.count(dims), width));
    ByteBuffer known = filled.get(type);
    if (known == null || known.capacity() < bytes) {
      known = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < bytes / width; i++) {
        Tensor.put(type, known, i, value);
      }
      filled.put(type, known);
    }
    return Tensor.of(type, known.slice(0, bytes), dims);
  }
}
