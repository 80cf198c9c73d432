package io.repfold.weights;

import io.repfold.graph.ElementType;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A dtype of NumPy: a letter, the size of an element, and the order of its bytes. */
final class NumpyType {
  private static final Map<String, ElementType> TYPES =
      Map.ofEntries(
          Map.entry("f2", ElementType.FLOAT16),
          Map.entry("f4", ElementType.FLOAT),
          Map.entry("f8", ElementType.DOUBLE),
          Map.entry("i1", ElementType.INT8),
          Map.entry("i2", ElementType.INT16),
          Map.entry("i4", ElementType.INT32),
          Map.entry("i8", ElementType.INT64),
          Map.entry("u1", ElementType.UINT8),
          Map.entry("u2", ElementType.UINT16),
          Map.entry("u4", ElementType.UINT32),
          Map.entry("u8", ElementType.UINT64),
          Map.entry("b1", ElementType.BOOL));

  private final String name;
  private ByteOrder order = ByteOrder.LITTLE_ENDIAN;

  NumpyType(String name) {
    this.name = name;
  }

  /** The state of a dtype: a version, then {@code <}, {@code >} or {@code |}. */
  void setState(List<Object> state) {
    Check.that(state.size() >= 2, "the state of dtype '%s' has %d parts", name, state.size());
    order = state.get(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
  }

  ByteOrder order() {
    return order;
  }

  /** Empty for texts, objects and structures. */
  Optional<ElementType> elementType() {
    return Optional.ofNullable(TYPES.get(name));
  }

  @Override
  public String toString() {
    return name;
  }
}
