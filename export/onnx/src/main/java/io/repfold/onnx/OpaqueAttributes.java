package io.repfold.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import com.google.protobuf.ByteString;
import io.repfold.graph.Tensor;
import java.util.List;

/**
 * The attributes of opaque nodes: Long, Float, String, {@link Tensor} and lists of the first three;
 * anything else stays an AttributeProto, which only this package understands.
 */
final class OpaqueAttributes {
  private OpaqueAttributes() {}

  static Object read(AttributeProto attribute) {
    if (!attribute.getRefAttrName().isEmpty()) {
      return attribute;
    }
    return switch (AttributeTypes.of(attribute)) {
      case INT -> attribute.getI();
      case FLOAT -> attribute.getF();
      case STRING -> attribute.getS().isValidUtf8() ? attribute.getS().toStringUtf8() : attribute;
      case INTS -> attribute.getIntsCount() > 0 ? List.copyOf(attribute.getIntsList()) : attribute;
      case FLOATS ->
          attribute.getFloatsCount() > 0 ? List.copyOf(attribute.getFloatsList()) : attribute;
      case STRINGS ->
          attribute.getStringsCount() > 0
                  && attribute.getStringsList().stream().allMatch(ByteString::isValidUtf8)
              ? attribute.getStringsList().stream().map(ByteString::toStringUtf8).toList()
              : attribute;
      case TENSOR ->
          TensorReader.read(attribute.getT(), "attribute '%s'".formatted(attribute.getName()));
      default -> attribute;
    };
  }

  /**
   * @throws OnnxFormatException if ONNX has no attribute for the value
   */
  static AttributeProto write(String name, Object value) {
    if (value instanceof AttributeProto attribute) {
      return attribute;
    }
    AttributeProto.Builder proto = AttributeProto.newBuilder().setName(name);
    if (value instanceof Long || value instanceof Integer) {
      proto.setType(AttributeType.INT).setI(((Number) value).longValue());
    } else if (value instanceof Float || value instanceof Double) {
      proto.setType(AttributeType.FLOAT).setF(((Number) value).floatValue());
    } else if (value instanceof String text) {
      proto.setType(AttributeType.STRING).setS(ByteString.copyFromUtf8(text));
    } else if (value instanceof Tensor tensor) {
      proto.setType(AttributeType.TENSOR).setT(TensorWriter.write("", tensor));
    } else if (value instanceof List<?> list && !list.isEmpty()) {
      writeList(proto, list);
    } else {
      throw unwritable(name, value);
    }
    return proto.build();
  }

  private static void writeList(AttributeProto.Builder proto, List<?> list) {
    for (Object item : list) {
      if (item instanceof Long || item instanceof Integer) {
        proto.setType(AttributeType.INTS).addInts(((Number) item).longValue());
      } else if (item instanceof Float || item instanceof Double) {
        proto.setType(AttributeType.FLOATS).addFloats(((Number) item).floatValue());
      } else if (item instanceof String text) {
        proto.setType(AttributeType.STRINGS).addStrings(ByteString.copyFromUtf8(text));
      } else {
        throw unwritable(proto.getName(), list);
      }
    }
    int ofOneType =
        Math.max(proto.getIntsCount(), Math.max(proto.getFloatsCount(), proto.getStringsCount()));
    if (ofOneType < list.size()) {
      throw unwritable(proto.getName(), list);
    }
  }

  private static OnnxFormatException unwritable(String name, Object value) {
    return new OnnxFormatException(
        "Attribute '%s' is a %s; write a Long, Float, String, a list of one of these, or a Tensor"
            .formatted(name, value.getClass().getSimpleName()));
  }
}
