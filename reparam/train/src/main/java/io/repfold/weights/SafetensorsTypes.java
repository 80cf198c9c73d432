package io.repfold.weights;

import io.repfold.graph.ElementType;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Optional;

/** Element types by the names that safetensors gives them. */
final class SafetensorsTypes {
  private static final Map<String, ElementType> TYPES =
      Map.ofEntries(
          Map.entry("F64", ElementType.DOUBLE),
          Map.entry("F32", ElementType.FLOAT),
          Map.entry("F16", ElementType.FLOAT16),
          Map.entry("BF16", ElementType.BFLOAT16),
          Map.entry("I64", ElementType.INT64),
          Map.entry("I32", ElementType.INT32),
          Map.entry("I16", ElementType.INT16),
          Map.entry("I8", ElementType.INT8),
          Map.entry("U64", ElementType.UINT64),
          Map.entry("U32", ElementType.UINT32),
          Map.entry("U16", ElementType.UINT16),
          Map.entry("U8", ElementType.UINT8),
          Map.entry("BOOL", ElementType.BOOL),
          Map.entry("F8_E4M3", ElementType.FLOAT8E4M3FN),
          Map.entry("F8_E5M2", ElementType.FLOAT8E5M2),
          Map.entry("F8_E8M0", ElementType.FLOAT8E8M0));

  private SafetensorsTypes() {}

  static Optional<ElementType> of(String name) {
    return Optional.ofNullable(TYPES.get(name));
  }

  static Optional<String> nameOf(ElementType type) {
    return TYPES.entrySet().stream()
        .filter(entry -> entry.getValue() == type)
        .map(Entry::getKey)
        .findFirst();
  }
}
