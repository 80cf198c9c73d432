package io.repfold.graph;

/** Element types of ONNX tensors, with the codes of {@code TensorProto.DataType}. */
public enum ElementType {
  FLOAT(1, 32),
  UINT8(2, 8),
  INT8(3, 8),
  UINT16(4, 16),
  INT16(5, 16),
  INT32(6, 32),
  INT64(7, 64),
  STRING(8, 0),
  BOOL(9, 8),
  FLOAT16(10, 16),
  DOUBLE(11, 64),
  UINT32(12, 32),
  UINT64(13, 64),
  COMPLEX64(14, 64),
  COMPLEX128(15, 128),
  BFLOAT16(16, 16),
  FLOAT8E4M3FN(17, 8),
  FLOAT8E4M3FNUZ(18, 8),
  FLOAT8E5M2(19, 8),
  FLOAT8E5M2FNUZ(20, 8),
  UINT4(21, 4),
  INT4(22, 4),
  FLOAT4E2M1(23, 4),
  FLOAT8E8M0(24, 8);

  private final int code;
  private final int bits;

  ElementType(int code, int bits) {
    this.code = code;
    this.bits = bits;
  }

  /** The value of {@code TensorProto.DataType}. */
  public int code() {
    return code;
  }

  /** Bits of one element in {@code raw_data}; 0 for strings. */
  public int bits() {
    return bits;
  }

  /** Whether {@link Tensor} can read and write its elements as {@code double}. */
  public boolean isNumeric() {
    return this != STRING && this != COMPLEX64 && this != COMPLEX128 && code < FLOAT8E4M3FN.code;
  }

  /**
   * Whether it is a real type in which convolutions are computed: float, double, float16 or
   * bfloat16.
   */
  public boolean isFloat() {
    return this == FLOAT || this == DOUBLE || this == FLOAT16 || this == BFLOAT16;
  }

  /** The least number of an integer type. */
  public double least() {
    return isUnsigned() ? 0 : -Math.scalb(1.0, bits - 1);
  }

  /** The largest number of an integer type, or the double next to it. */
  public double most() {
    return Math.scalb(1.0, isUnsigned() ? bits : bits - 1) - 1;
  }

  private boolean isUnsigned() {
    return this == UINT8 || this == UINT16 || this == UINT32 || this == UINT64;
  }

  /** The type with this {@code TensorProto.DataType} code, or an error that names the code. */
  public static ElementType ofCode(int code) {
    for (ElementType type : values()) {
      if (type.code == code) {
        return type;
      }
    }
    throw new InvalidGraphException(
        "Element type %d is not one that ONNX defines up to IR 13".formatted(code));
  }
}
