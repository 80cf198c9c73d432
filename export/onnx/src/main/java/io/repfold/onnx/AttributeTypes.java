package io.repfold.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;

/** The type of an attribute; files of IR 1 do not say it and it follows from what is there. */
final class AttributeTypes {
  private AttributeTypes() {}

  static AttributeType of(AttributeProto attribute) {
    if (attribute.hasType() && attribute.getType() != AttributeType.UNDEFINED) {
      return attribute.getType();
    }
    if (attribute.hasF()) {
      return AttributeType.FLOAT;
    } else if (attribute.hasI()) {
      return AttributeType.INT;
    } else if (attribute.hasS()) {
      return AttributeType.STRING;
    } else if (attribute.hasT()) {
      return AttributeType.TENSOR;
    } else if (attribute.hasG()) {
      return AttributeType.GRAPH;
    } else if (attribute.getFloatsCount() > 0) {
      return AttributeType.FLOATS;
    } else if (attribute.getIntsCount() > 0) {
      return AttributeType.INTS;
    } else if (attribute.getStringsCount() > 0) {
      return AttributeType.STRINGS;
    }
    return AttributeType.UNDEFINED;
  }
}
