package io.repfold.numpy;

import io.repfold.runtime.ElementType;
import java.nio.ByteOrder;
import java.util.Map;

/**
 * NumPy's name of an element type, for example {@code <f4}: byte order, kind, size in bytes.
 *
 * @param type what the elements are
 * @param order how they lie in the file
 */
record DataType(ElementType type, ByteOrder order) {
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

  static DataType parse(String source, String text) throws NumpyFormatException {
    if (text.endsWith("O")) {
      throw new NumpyFormatException(
          source,
          "it holds pickled Python objects, which are never loaded; save plain numbers instead");
    }
    ElementType type = text.isEmpty() ? null : TYPES.get(text.substring(1));
    ByteOrder order =
        switch (text.isEmpty() ? '?' : text.charAt(0)) {
          case '<' -> ByteOrder.LITTLE_ENDIAN;
          case '>' -> ByteOrder.BIG_ENDIAN;
          case '|', '=' -> ByteOrder.nativeOrder();
          default -> null;
        };
    if (type == null || order == null) {
      throw new NumpyFormatException(
          source,
          "its elements are '%s'; only float16 to float64, integers and bool can be read, convert it with astype('float32')"
              .formatted(text));
    }
    return new DataType(type, order);
  }

  /** The name of a type in this machine's byte order. */
  static String name(ElementType type) {
    char order = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? '<' : '>';
    return TYPES.entrySet().stream()
        .filter(entry -> entry.getValue() == type)
        .map(entry -> (type.bytes() == 1 ? '|' : order) + entry.getKey())
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "NumPy has no %s; convert to float32 first".formatted(type)));
  }
}
