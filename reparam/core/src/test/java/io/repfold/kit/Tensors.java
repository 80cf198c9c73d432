package io.repfold.kit;

import io.repfold.graph.ElementType;
import io.repfold.graph.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Weights and constants of any dims. */
public final class Tensors {
  private Tensors() {}

  /** Float32 numbers from {@code -magnitude} to {@code magnitude}. */
  public static Tensor random(SplittableRandom random, double magnitude, long... dims) {
    return random(ElementType.FLOAT, random, magnitude, dims);
  }

  /** Numbers of a type of real numbers, from {@code -magnitude} to {@code magnitude}. */
  public static Tensor random(
      ElementType type, SplittableRandom random, double magnitude, long... dims) {
    double[] values = random.doubles(Tensor.count(dims), -magnitude, magnitude).toArray();
    return Tensor.ofDoubles(type, values, dims);
  }

  /** One float32 number everywhere. */
  public static Tensor filled(double value, long... dims) {
    return filled(ElementType.FLOAT, value, dims);
  }

  /** One number everywhere. */
  public static Tensor filled(ElementType type, double value, long... dims) {
    double[] values = new double[Math.toIntExact(Tensor.count(dims))];
    Arrays.fill(values, value);
    return Tensor.ofDoubles(type, values, dims);
  }

  /** A float32 number without dims. */
  public static Tensor scalar(float value) {
    return Tensor.ofFloats(new float[] {value});
  }

  /** A vector of int64 numbers, such as axes, pads or sizes. */
  public static Tensor longs(long... values) {
    return Tensor.ofLongs(values, values.length);
  }
}
