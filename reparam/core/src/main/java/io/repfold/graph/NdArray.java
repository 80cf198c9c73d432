package io.repfold.graph;

import java.util.Arrays;

/**
 * A tensor of the reference interpreter: values in double whatever the element type, row-major.
 * Integers are exact up to 2^53.
 *
 * @param type the ONNX element type that the values stand for; it decides integer division, and
 *     nothing is rounded to it
 */
public record NdArray(ElementType type, int[] dims, double[] data) {
  public NdArray {
    long count = Tensor.count(Arrays.stream(dims).asLongStream().toArray());
    Check.that(
        count == data.length,
        "Shape %s takes %d elements, got %d",
        Arrays.toString(dims),
        count,
        data.length);
  }

  /** A real array, of type {@link ElementType#DOUBLE}. */
  public static NdArray of(double[] data, int... dims) {
    return new NdArray(ElementType.DOUBLE, dims, data);
  }

  public static NdArray of(Tensor tensor) {
    int[] dims = Arrays.stream(tensor.dims()).mapToInt(Math::toIntExact).toArray();
    return new NdArray(tensor.type(), dims, tensor.toDoubles());
  }

  /** The values rounded once to the element type. */
  public Tensor toTensor() {
    return Tensor.ofDoubles(type, data, Arrays.stream(dims).asLongStream().toArray());
  }

  public int rank() {
    return dims.length;
  }

  public int dim(int axis) {
    return dims[axis];
  }

  @Override
  public String toString() {
    return type + Arrays.toString(dims);
  }
}
