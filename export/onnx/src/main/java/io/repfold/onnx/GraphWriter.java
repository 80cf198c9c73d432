package io.repfold.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorAnnotation;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * Makes a GraphProto of a graph. What is equal to what was read is written as it was read, with its
 * documentation, its order and the fields that only later versions of ONNX know.
 */
final class GraphWriter {
  private final Graph graph;
  private final Source source;
  private final GraphProto.Builder proto;

  private GraphWriter(Graph graph, Source source) {
    this.graph = graph;
    this.source = source;
    this.proto = source.shell().toBuilder();
  }

  /**
   * @param listsConstants whether initializers must be inputs too
   * @param tensors writes a new or changed initializer
   */
  static GraphProto write(
      Graph graph,
      Source source,
      boolean listsConstants,
      BiFunction<String, Tensor, TensorProto> tensors) {
    GraphWriter writer = new GraphWriter(graph, source);
    if (!graph.name().equals(source.shell().getName())) {
      writer.proto.setName(graph.name());
    }
    writer.writeNodes();
    graph
        .initializers()
        .forEach((name, tensor) -> writer.proto.addInitializer(tensors.apply(name, tensor)));
    writer.writeInputs(listsConstants);
    writer.writeOutputs();
    writer.writeDeclared();
    return writer.proto.build();
  }

  private void writeNodes() {
    boolean sameOpset = graph.opset() == source.graph().opset();
    for (Node node : graph.nodes()) {
      source
          .sparseInitializer(node)
          .ifPresentOrElse(
              proto::addSparseInitializer, () -> proto.addNode(writeNode(node, sameOpset)));
    }
  }

  private NodeProto writeNode(Node node, boolean sameOpset) {
    boolean opaque = node.op() instanceof Op.Opaque;
    Optional<NodeProto> unchanged = source.unchanged(node);
    if (unchanged.isPresent() && (opaque || sameOpset) && fitsWeight(node, unchanged.get())) {
      return unchanged.get();
    }
    return source
        .sameOp(node)
        .map(read -> withRemarks(node, read, opaque))
        .orElseGet(() -> NodeWriter.write(graph, node));
  }

  /** A node whose op is the very one that was read, but whose edges are not: its remarks hold. */
  private NodeProto withRemarks(Node node, NodeProto read, boolean opaque) {
    NodeProto.Builder result =
        opaque
            ? read.toBuilder()
                .clearInput()
                .clearOutput()
                .clearName()
                .addAllInput(node.inputs())
                .addAllOutput(node.outputs())
            : NodeWriter.write(graph, node).toBuilder();
    if (!node.name().isEmpty()) {
      result.setName(node.name());
    }
    if (read.hasDocString()) {
      result.setDocString(read.getDocString());
    }
    return result.clearMetadataProps().addAllMetadataProps(read.getMetadataPropsList()).build();
  }

  /** A node says its kernel size too, and its weight may have changed under it. */
  private boolean fitsWeight(Node node, NodeProto message) {
    if (!(node.op() instanceof Op.Conv || node.op() instanceof Op.ConvTranspose)) {
      return true;
    }
    return message.getAttributeList().stream()
        .filter(a -> a.getName().equals("kernel_shape"))
        .allMatch(
            a ->
                graph
                    .constant(node.input(1))
                    .map(w -> Kernels.fits(a.getIntsList(), w))
                    .orElse(true));
  }

  /** In the graph's order; constants where the file listed them. */
  private void writeInputs(boolean listsConstants) {
    Map<String, ValueInfoProto> read = byName(source.shell().getInputList());
    Map<String, Tensor> constants = new LinkedHashMap<>();
    if (listsConstants) {
      constants.putAll(graph.initializers());
      graph.inputs().forEach(v -> constants.remove(v.name()));
    }
    Deque<Value> inputs = new ArrayDeque<>(graph.inputs());
    proto.clearInput();
    for (ValueInfoProto input : source.shell().getInputList()) {
      Tensor constant = constants.remove(input.getName());
      if (constant != null) {
        proto.addInput(written(constantValue(input.getName(), constant), read));
      } else if (graph.isInput(input.getName()) && !inputs.isEmpty()) {
        proto.addInput(written(inputs.remove(), read));
      }
    }
    inputs.forEach(v -> proto.addInput(written(v, read)));
    constants.forEach((name, t) -> proto.addInput(written(constantValue(name, t), read)));
  }

  private static Value constantValue(String name, Tensor tensor) {
    return Value.of(name, tensor.type(), Shape.of(tensor.dims()));
  }

  private void writeOutputs() {
    Map<String, ValueInfoProto> read = byName(source.shell().getOutputList());
    proto.clearOutput();
    graph.outputs().forEach(v -> proto.addOutput(written(v, read)));
  }

  /** Types and annotations of values that are gone go with them. */
  private void writeDeclared() {
    Set<String> defined = new HashSet<>(graph.initializers().keySet());
    graph.inputs().forEach(v -> defined.add(v.name()));
    graph.nodes().forEach(n -> defined.addAll(n.outputs()));
    defined.remove("");
    Map<String, ValueInfoProto> read = byName(source.shell().getValueInfoList());
    proto.clearValueInfo();
    for (Value value : graph.declared().values()) {
      if (defined.contains(value.name())) {
        proto.addValueInfo(written(value, read));
      }
    }
    List<TensorAnnotation> annotations =
        source.shell().getQuantizationAnnotationList().stream()
            .filter(a -> defined.contains(a.getTensorName()))
            .toList();
    proto.clearQuantizationAnnotation().addAllQuantizationAnnotation(annotations);
  }

  private static Map<String, ValueInfoProto> byName(List<ValueInfoProto> values) {
    Map<String, ValueInfoProto> result = new HashMap<>();
    values.forEach(v -> result.put(v.getName(), v));
    return result;
  }

  private static ValueInfoProto written(Value value, Map<String, ValueInfoProto> read) {
    ValueInfoProto message = read.get(value.name());
    return message != null && ValueInfos.read(message).equals(value)
        ? message
        : ValueInfos.write(value);
  }
}
