package io.repfold.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.repfold.graph.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A node as the op forms look at it. It keeps account of what they asked for: a node is understood
 * only if every attribute was asked for, had the expected type and nothing else was in the way.
 */
final class NodeView {
  private final NodeProto proto;
  private final int opset;
  private final Function<String, Optional<Tensor>> constants;
  private final Map<String, AttributeProto> unread = new LinkedHashMap<>();
  private boolean understood = true;

  /**
   * @param opset of the default domain
   * @param constants the tensor behind a value that is known to be constant
   */
  NodeView(NodeProto proto, int opset, Function<String, Optional<Tensor>> constants) {
    this.proto = proto;
    this.opset = opset;
    this.constants = constants;
    for (AttributeProto attribute : proto.getAttributeList()) {
      require(unread.put(attribute.getName(), attribute) == null);
    }
  }

  int opset() {
    return opset;
  }

  int inputCount() {
    return proto.getInputCount();
  }

  int outputCount() {
    return proto.getOutputCount();
  }

  /** Whether the first output is given. */
  boolean hasOutput() {
    return proto.getOutputCount() > 0 && !proto.getOutput(0).isEmpty();
  }

  /** Outputs that have a name. */
  long wantedOutputs() {
    return proto.getOutputList().stream().filter(o -> !o.isEmpty()).count();
  }

  /** Whether optional input {@code index} is given. */
  boolean hasInput(int index) {
    return index < proto.getInputCount() && !proto.getInput(index).isEmpty();
  }

  Optional<Tensor> constantInput(int index) {
    return hasInput(index) ? constants.apply(proto.getInput(index)) : Optional.empty();
  }

  /** Notes that the node is understood only if this holds. */
  void require(boolean holds) {
    understood &= holds;
  }

  /** Whether nothing about the node was left out or unexpected so far. */
  boolean isUnderstood() {
    return understood && unread.isEmpty();
  }

  /** Whether something that was asked for was not as expected. */
  boolean hasMisfit() {
    return !understood;
  }

  boolean hasAttribute(String name) {
    return unread.containsKey(name);
  }

  int integer(String name, int otherwise) {
    AttributeProto attribute = take(name, AttributeType.INT);
    return attribute == null ? otherwise : narrow(attribute.getI());
  }

  int requiredInteger(String name) {
    require(hasAttribute(name));
    return integer(name, 0);
  }

  long longInteger(String name, long otherwise) {
    AttributeProto attribute = take(name, AttributeType.INT);
    return attribute == null ? otherwise : attribute.getI();
  }

  boolean flag(String name, boolean otherwise) {
    long value = longInteger(name, otherwise ? 1 : 0);
    require(value == 0 || value == 1);
    return value == 1;
  }

  float real(String name, float otherwise) {
    AttributeProto attribute = take(name, AttributeType.FLOAT);
    return attribute == null ? otherwise : attribute.getF();
  }

  String text(String name, String otherwise) {
    AttributeProto attribute = take(name, AttributeType.STRING);
    return attribute == null ? otherwise : attribute.getS().toStringUtf8();
  }

  String requiredText(String name) {
    require(hasAttribute(name));
    return text(name, "");
  }

  /** A text that must be one of {@code allowed}. */
  String choice(String name, String otherwise, List<String> allowed) {
    String value = text(name, otherwise);
    require(allowed.contains(value));
    return value;
  }

  Optional<List<Long>> longs(String name) {
    return Optional.ofNullable(take(name, AttributeType.INTS)).map(AttributeProto::getIntsList);
  }

  Optional<List<Integer>> integers(String name) {
    return longs(name).map(values -> values.stream().map(this::narrow).toList());
  }

  Optional<AttributeProto> attribute(String name, AttributeType type) {
    return Optional.ofNullable(take(name, type));
  }

  private int narrow(long value) {
    require(value == (int) value);
    return (int) value;
  }

  /** The attribute; null if it is absent, of another type, or the value is that of a call. */
  private @Nullable AttributeProto take(String name, AttributeType type) {
    AttributeProto attribute = unread.remove(name);
    if (attribute == null) {
      return null;
    }
    boolean fits = AttributeTypes.of(attribute) == type && attribute.getRefAttrName().isEmpty();
    require(fits);
    return fits ? attribute : null;
  }
}
