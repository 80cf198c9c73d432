package io.repfold.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import io.repfold.graph.Graph;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Makes a {@link Graph} of a ModelProto whose tensors are all in memory. */
final class GraphReader {
  private final ModelProto model;
  private final GraphProto proto;
  private final boolean constantWeights;
  private final Graph.Builder graph;
  private final Map<String, Tensor> initializers = new HashMap<>();
  private final Map<String, Tensor> constants = new HashMap<>();
  private final Set<String> inputs = new HashSet<>();
  private final IdentityHashMap<Op, NodeProto> nodesByOp = new IdentityHashMap<>();
  private final Map<String, Source.ReadNode> nodes = new HashMap<>();
  private final IdentityHashMap<Op, SparseTensorProto> sparse = new IdentityHashMap<>();

  private GraphReader(ModelProto model, ReadOptions options) {
    this.model = model;
    this.proto = model.getGraph();
    this.constantWeights =
        options.constantWeights() || model.getIrVersion() < IrVersions.INITIALIZERS_NEED_NO_INPUT;
    this.graph = new Graph.Builder(proto.getName());
  }

  static Source read(ModelProto model, ReadOptions options) {
    return new GraphReader(model, options).read();
  }

  private Source read() {
    Opsets opsets = Opsets.of(model);
    opsets.versions().forEach(graph::opset);
    Set<String> defined = GraphOrder.check(proto);
    Map<String, TensorProto> messages = readInitializers();
    readValues();
    readDeclared(defined);
    Set<String> functions =
        model.getFunctionsList().stream()
            .filter(f -> Domains.isDefault(f.getDomain()))
            .map(FunctionProto::getName)
            .collect(Collectors.toSet());
    OpReader ops =
        new OpReader(opsets.forReading(), functions, v -> Optional.ofNullable(constants.get(v)));
    proto.getSparseInitializerList().forEach(this::readSparse);
    proto.getNodeList().forEach(n -> readNode(n, ops));
    GraphProto shell =
        proto.toBuilder().clearNode().clearInitializer().clearSparseInitializer().build();
    return new Source(build(), shell, nodesByOp, nodes, sparse, messages);
  }

  private Map<String, TensorProto> readInitializers() {
    Map<String, TensorProto> messages = new HashMap<>();
    for (TensorProto tensor : proto.getInitializerList()) {
      String name = tensor.getName();
      Tensor value = TensorReader.read(tensor, "Initializer '%s'".formatted(name));
      initializers.put(name, value);
      messages.put(name, tensor);
      graph.initializer(name, value);
    }
    constants.putAll(initializers);
    return messages;
  }

  /** Up to IR 3 every initializer is listed as an input too and is a constant all the same. */
  private void readValues() {
    for (ValueInfoProto input : proto.getInputList()) {
      if (!constantWeights || !initializers.containsKey(input.getName())) {
        graph.input(readValue(input));
        inputs.add(input.getName());
      }
    }
    constants.keySet().removeAll(inputs);
    proto.getOutputList().forEach(v -> graph.output(readValue(v)));
  }

  /** A type of a value that does not exist says nothing. */
  private void readDeclared(Set<String> defined) {
    proto.getValueInfoList().stream()
        .filter(v -> defined.contains(v.getName()))
        .forEach(v -> graph.declare(readValue(v)));
  }

  private static Value readValue(ValueInfoProto value) {
    try {
      return ValueInfos.read(value);
    } catch (InvalidGraphException e) {
      throw new OnnxFormatException("'%s': %s".formatted(value.getName(), e.getMessage()), e);
    }
  }

  private void readSparse(SparseTensorProto tensor) {
    AttributeProto value =
        AttributeProto.newBuilder()
            .setName("sparse_value")
            .setType(AttributeType.SPARSE_TENSOR)
            .setSparseTensor(tensor)
            .build();
    Op op = new Op.Opaque("", "Constant", Map.of(value.getName(), value), List.of());
    sparse.put(op, tensor);
    graph.node(op, List.of(), tensor.getValues().getName());
  }

  private void readNode(NodeProto message, OpReader ops) {
    Op op = ops.read(message);
    Node node = new Node(message.getName(), op, message.getInputList(), message.getOutputList());
    if (op instanceof Op.Constant constant) {
      constants.put(node.output(), constant.value());
    }
    nodesByOp.put(op, message);
    Source.firstOutput(node.outputs())
        .ifPresent(output -> nodes.put(output, new Source.ReadNode(node, message)));
    graph.node(node);
  }

  private Graph build() {
    try {
      return graph.build();
    } catch (InvalidGraphException e) {
      throw new OnnxFormatException(
          Optional.ofNullable(e.getMessage()).orElse("The graph is not valid"), e);
    }
  }

  /** Names in error messages and in the graph are text; a file may hold any bytes. */
  static String name(ByteString bytes, String what) {
    Check.that(bytes.isValidUtf8(), "%s has a name that is not UTF-8 text", what);
    return bytes.toStringUtf8();
  }
}
