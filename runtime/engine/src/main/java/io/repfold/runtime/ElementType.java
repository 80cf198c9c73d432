package io.repfold.runtime;

/** The element types of ONNX tensors that hold one number in whole bytes. */
public enum ElementType {
  FLOAT("float32", 4, Kind.FLOATING),
  DOUBLE("float64", 8, Kind.FLOATING),
  FLOAT16("float16", 2, Kind.FLOATING),
  BFLOAT16("bfloat16", 2, Kind.FLOATING),
  INT8("int8", 1, Kind.SIGNED),
  INT16("int16", 2, Kind.SIGNED),
  INT32("int32", 4, Kind.SIGNED),
  INT64("int64", 8, Kind.SIGNED),
  UINT8("uint8", 1, Kind.UNSIGNED),
  UINT16("uint16", 2, Kind.UNSIGNED),
  UINT32("uint32", 4, Kind.UNSIGNED),
  UINT64("uint64", 8, Kind.UNSIGNED),
  BOOL("bool", 1, Kind.UNSIGNED);

  private enum Kind {
    FLOATING,
    SIGNED,
    UNSIGNED
  }

  private final String label;
  private final int bytes;
  private final Kind kind;

  ElementType(String label, int bytes, Kind kind) {
    this.label = label;
    this.bytes = bytes;
    this.kind = kind;
  }

  /** Size of one element in bytes. */
  public int bytes() {
    return bytes;
  }

  /** True for float32, float64, float16 and bfloat16; false for integers and bool. */
  public boolean isFloating() {
    return kind == Kind.FLOATING;
  }

  /** True for uint8 to uint64 and for bool. */
  boolean isUnsigned() {
    return kind == Kind.UNSIGNED;
  }

  /** The name NumPy uses, for example {@code float32}. */
  @Override
  public String toString() {
    return label;
  }
}
