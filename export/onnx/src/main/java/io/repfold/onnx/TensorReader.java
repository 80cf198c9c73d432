package io.repfold.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import io.repfold.graph.ElementType;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Makes a {@link Tensor} of a TensorProto, whichever of its fields holds the data. Raw data is not
 * copied; no memory is taken before the declared shape is known to fit the data that is there.
 */
final class TensorReader {
  private final TensorProto proto;
  private final String label;

  private TensorReader(TensorProto proto, String label) {
    this.proto = proto;
    this.label = label;
  }

  /**
   * @param label the tensor, for messages
   */
  static Tensor read(TensorProto proto, String label) {
    return new TensorReader(proto, label).read();
  }

  /**
   * The bytes that the tensor takes as raw data.
   *
   * @throws OnnxFormatException if it is a string tensor, or larger than 2 GiB
   */
  static int rawBytes(TensorProto proto, String label) {
    TensorReader reader = new TensorReader(proto, label);
    return reader.rawBytes(reader.type());
  }

  private Tensor read() {
    Check.that(!proto.hasSegment(), "%s is stored in segments, which repfold does not read", label);
    Check.that(
        proto.getDataLocation() != TensorProto.DataLocation.EXTERNAL,
        "%s lies in an external file, which is out of reach here",
        label);
    ElementType type = type();
    if (type == ElementType.STRING) {
      return strings();
    }
    ByteBuffer data = data(type);
    return Tensor.of(type, data, dims());
  }

  private Tensor strings() {
    Check.that(proto.getRawData().isEmpty(), "%s holds strings as raw data", label);
    expect("string_data", elements(), proto.getStringDataCount());
    List<byte[]> values = proto.getStringDataList().stream().map(ByteString::toByteArray).toList();
    return Tensor.ofStrings(values, dims());
  }

  private ByteBuffer data(ElementType type) {
    int bytes = rawBytes(type);
    long fields =
        proto.getFloatDataCount()
            + (long) proto.getInt32DataCount()
            + proto.getInt64DataCount()
            + proto.getDoubleDataCount()
            + proto.getUint64DataCount()
            + proto.getStringDataCount();
    if (proto.hasRawData() && (fields == 0 || !proto.getRawData().isEmpty())) {
      Check.that(fields == 0, "%s holds both raw data and a list of values", label);
      Check.that(
          proto.getRawData().size() == bytes,
          "%s is declared as %s%s, which takes %d bytes, but has %d",
          label,
          type,
          proto.getDimsList(),
          bytes,
          proto.getRawData().size());
      return proto.getRawData().asReadOnlyByteBuffer();
    }
    return listed(type, bytes, fields);
  }

  private ByteBuffer listed(ElementType type, int bytes, long fields) {
    long elements = elements();
    return switch (type) {
      case FLOAT, COMPLEX64 -> {
        expect("float_data", bytes / Float.BYTES, proto.getFloatDataCount(), fields);
        ByteBuffer data = allocate(bytes);
        for (int i = 0; i < proto.getFloatDataCount(); i++) {
          data.putFloat(proto.getFloatData(i));
        }
        yield data.flip();
      }
      case DOUBLE, COMPLEX128 -> {
        expect("double_data", bytes / Double.BYTES, proto.getDoubleDataCount(), fields);
        ByteBuffer data = allocate(bytes);
        for (int i = 0; i < proto.getDoubleDataCount(); i++) {
          data.putDouble(proto.getDoubleData(i));
        }
        yield data.flip();
      }
      case INT64 -> {
        expect("int64_data", elements, proto.getInt64DataCount(), fields);
        ByteBuffer data = allocate(bytes);
        for (int i = 0; i < proto.getInt64DataCount(); i++) {
          data.putLong(proto.getInt64Data(i));
        }
        yield data.flip();
      }
      case UINT32, UINT64 -> {
        expect("uint64_data", elements, proto.getUint64DataCount(), fields);
        ByteBuffer data = allocate(bytes);
        for (int i = 0; i < proto.getUint64DataCount(); i++) {
          put(data, proto.getUint64Data(i), type.bits() / 8);
        }
        yield data.flip();
      }
      default -> {
        int width = Math.max(1, type.bits() / 8);
        expect("int32_data", bytes / width, proto.getInt32DataCount(), fields);
        ByteBuffer data = allocate(bytes);
        for (int i = 0; i < proto.getInt32DataCount(); i++) {
          int value = proto.getInt32Data(i);
          put(data, type == ElementType.BOOL && value != 0 ? 1 : value, width);
        }
        yield data.flip();
      }
    };
  }

  private static void put(ByteBuffer data, long value, int width) {
    switch (width) {
      case 1 -> data.put((byte) value);
      case 2 -> data.putShort((short) value);
      case 4 -> data.putInt((int) value);
      default -> data.putLong(value);
    }
  }

  private static ByteBuffer allocate(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void expect(String field, long expected, int found, long allFields) {
    Check.that(found == allFields, "%s holds values in other fields besides %s", label, field);
    expect(field, expected, found);
  }

  private void expect(String field, long expected, int found) {
    Check.that(
        expected == found,
        "%s of shape %s asks for %d entries of %s, but has %d",
        label,
        proto.getDimsList(),
        expected,
        field,
        found);
  }

  private ElementType type() {
    try {
      return ElementType.ofCode(proto.getDataType());
    } catch (InvalidGraphException e) {
      throw new OnnxFormatException("%s: %s".formatted(label, e.getMessage()), e);
    }
  }

  private long[] dims() {
    return proto.getDimsList().stream().mapToLong(Long::longValue).toArray();
  }

  private long elements() {
    try {
      return Tensor.count(dims());
    } catch (InvalidGraphException e) {
      throw new OnnxFormatException("%s: %s".formatted(label, e.getMessage()), e);
    }
  }

  private int rawBytes(ElementType type) {
    Check.that(type != ElementType.STRING, "%s holds strings, which have no raw form", label);
    long elements = elements();
    long most = 8L * Integer.MAX_VALUE / type.bits();
    Check.that(
        elements <= most,
        "%s of type %s and shape %s is larger than 2 GiB, the most that repfold reads as one"
            + " tensor",
        label,
        type,
        proto.getDimsList());
    return (int) ((elements * type.bits() + 7) / 8);
  }
}
