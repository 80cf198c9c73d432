package io.repfold.graph;

import java.nio.ByteBuffer;

/** Zeros that all parameters share; see {@link WeightSource#zeros}. */
final class ZeroWeights implements WeightSource {
  private ByteBuffer zeros = ByteBuffer.allocate(0);

  @Override
  public double[] values(String name, Role role, long... dims) {
    return new double[Math.toIntExact(Tensor.count(dims))];
  }

  @Override
  public Tensor tensor(String name, Role role, ElementType type, long... dims) {
    int bytes = Math.toIntExact(Math.multiplyExact(Tensor.count(dims), type.bits() / 8));
    if (zeros.capacity() < bytes) {
      zeros = ByteBuffer.allocate(bytes);
    }
    return Tensor.of(type, zeros.slice(0, bytes), dims);
  }
}
