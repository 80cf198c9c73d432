package io.repfold.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import io.repfold.graph.ElementType;
import io.repfold.graph.NdArray;
import io.repfold.graph.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Copies between the host's arrays and the engine's. */
final class HostArrays {
  private HostArrays() {}

  /** Real values as float32, integers and booleans as they are. */
  static PtNDArray toDevice(NDManager manager, NdArray array) {
    ElementType type = array.type().isFloat() ? ElementType.FLOAT : array.type();
    return toDevice(manager, new NdArray(type, array.dims(), array.data()).toTensor());
  }

  /**
   * The same bits, in memory of the engine's own: some of its sums depend on where an array begins,
   * and would not be the same in every run.
   */
  static PtNDArray toDevice(NDManager manager, Tensor tensor) {
    ByteBuffer source = tensor.data();
    ByteBuffer bytes = ByteBuffer.allocateDirect(source.remaining()).order(ByteOrder.nativeOrder());
    bytes.put(source).flip();
    Shape shape = new Shape(tensor.dims());
    try (NDArray view = manager.create(bytes, shape, dataType(tensor))) {
      return (PtNDArray) view.duplicate();
    }
  }

  /** The same bits of a float32 array. */
  static Tensor toTensor(PtNDArray array) {
    ByteBuffer source = array.toByteBuffer();
    ByteBuffer bytes = ByteBuffer.allocate(source.remaining()).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(source).flip();
    return Tensor.of(ElementType.FLOAT, bytes, array.getShape().getShape());
  }

  private static DataType dataType(Tensor tensor) {
    return dataType(tensor.type());
  }

  static DataType dataType(ElementType type) {
    return switch (type) {
      case FLOAT -> DataType.FLOAT32;
      case INT64 -> DataType.INT64;
      case INT32 -> DataType.INT32;
      case INT8 -> DataType.INT8;
      case UINT8 -> DataType.UINT8;
      case BOOL -> DataType.BOOLEAN;
      default ->
          throw new io.repfold.graph.InvalidGraphException(
              "%s is not computed in training, which is in float32; convert the model first"
                  .formatted(type));
    };
  }

  /** The type that an array of the engine stands for. */
  static ElementType elementType(DataType type) {
    return switch (type) {
      case FLOAT32 -> ElementType.FLOAT;
      case INT64 -> ElementType.INT64;
      case INT32 -> ElementType.INT32;
      case INT8 -> ElementType.INT8;
      case UINT8 -> ElementType.UINT8;
      case BOOLEAN -> ElementType.BOOL;
      default ->
          throw new io.repfold.graph.InvalidGraphException(
              "%s is not computed in training, which is in float32".formatted(type));
    };
  }

  /** Dimensions as the core counts them. */
  static int[] ints(long[] dims) {
    int[] ints = new int[dims.length];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = Math.toIntExact(dims[i]);
    }
    return ints;
  }
}
