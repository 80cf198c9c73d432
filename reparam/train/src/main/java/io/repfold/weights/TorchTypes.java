package io.repfold.weights;

import io.repfold.graph.ElementType;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Element types by the names that PyTorch gives its storages and dtypes. */
final class TorchTypes {
  private static final Map<String, ElementType> STORAGES =
      Map.ofEntries(
          Map.entry("DoubleStorage", ElementType.DOUBLE),
          Map.entry("FloatStorage", ElementType.FLOAT),
          Map.entry("HalfStorage", ElementType.FLOAT16),
          Map.entry("BFloat16Storage", ElementType.BFLOAT16),
          Map.entry("LongStorage", ElementType.INT64),
          Map.entry("IntStorage", ElementType.INT32),
          Map.entry("ShortStorage", ElementType.INT16),
          Map.entry("CharStorage", ElementType.INT8),
          Map.entry("ByteStorage", ElementType.UINT8),
          Map.entry("BoolStorage", ElementType.BOOL),
          Map.entry("UntypedStorage", ElementType.UINT8));

  private static final Map<String, ElementType> DTYPES =
      Map.ofEntries(
          Map.entry("float64", ElementType.DOUBLE),
          Map.entry("float32", ElementType.FLOAT),
          Map.entry("float16", ElementType.FLOAT16),
          Map.entry("bfloat16", ElementType.BFLOAT16),
          Map.entry("int64", ElementType.INT64),
          Map.entry("int32", ElementType.INT32),
          Map.entry("int16", ElementType.INT16),
          Map.entry("int8", ElementType.INT8),
          Map.entry("uint64", ElementType.UINT64),
          Map.entry("uint32", ElementType.UINT32),
          Map.entry("uint16", ElementType.UINT16),
          Map.entry("uint8", ElementType.UINT8),
          Map.entry("bool", ElementType.BOOL),
          Map.entry("float8_e4m3fn", ElementType.FLOAT8E4M3FN),
          Map.entry("float8_e4m3fnuz", ElementType.FLOAT8E4M3FNUZ),
          Map.entry("float8_e5m2", ElementType.FLOAT8E5M2),
          Map.entry("float8_e5m2fnuz", ElementType.FLOAT8E5M2FNUZ),
          Map.entry("float8_e8m0fnu", ElementType.FLOAT8E8M0));

  private TorchTypes() {}

  /** Such as {@code torch.FloatStorage}, or {@code torch.cuda.FloatStorage}. */
  static ElementType ofStorage(Global name) {
    return require(STORAGES.get(name.name()), name);
  }

  static ElementType ofDtype(Global name) {
    return require(DTYPES.get(name.name()), name);
  }

  private static ElementType require(@Nullable ElementType type, Global name) {
    if (type == null || !name.module().startsWith("torch")) {
      throw new WeightsException(
          "holds a tensor of type '%s', which is not read; save it as float32, or without quantization"
              .formatted(name));
    }
    return type;
  }
}
