package io.repfold.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a graph was read from, so that what did not change since is written back as it was.
 *
 * @param graph the graph as it was read
 * @param shell the message without nodes and initializers
 * @param nodes by their first output
 * @param nodesByOp by the identity of the op
 * @param sparseInitializers by the identity of the op that stands for each
 */
record Source(
    Graph graph,
    GraphProto shell,
    IdentityHashMap<Op, NodeProto> nodesByOp,
    Map<String, ReadNode> nodes,
    IdentityHashMap<Op, SparseTensorProto> sparseInitializers,
    Map<String, TensorProto> initializers) {
  /** A node and what it was read from. */
  record ReadNode(Node node, NodeProto message) {}

  /** The first output that is wanted; it names the node, since no other has it. */
  static Optional<String> firstOutput(List<String> outputs) {
    return outputs.stream().filter(o -> !o.isEmpty()).findFirst();
  }

  /** The source of a graph that was not read from a file. */
  static Source none(Graph graph) {
    return new Source(
        graph,
        GraphProto.newBuilder().setName(graph.name()).build(),
        new IdentityHashMap<>(),
        new HashMap<>(),
        new IdentityHashMap<>(),
        Map.of());
  }

  /** The message of a node that is equal to one that was read. */
  Optional<NodeProto> unchanged(Node node) {
    return firstOutput(node.outputs())
        .map(nodes::get)
        .filter(read -> read.node().equals(node))
        .map(ReadNode::message);
  }

  /** The message of a node that has the very op object of one that was read. */
  Optional<NodeProto> sameOp(Node node) {
    return Optional.ofNullable(nodesByOp.get(node.op()));
  }

  /** The sparse initializer that a node stands for. */
  Optional<SparseTensorProto> sparseInitializer(Node node) {
    return Optional.ofNullable(sparseInitializers.get(node.op()))
        .filter(s -> node.outputs().equals(List.of(s.getValues().getName())));
  }

  /** The message of an initializer that is equal to the one that was read. */
  Optional<TensorProto> unchanged(String name, Tensor tensor) {
    return tensor.equals(graph.initializers().get(name))
        ? Optional.ofNullable(initializers.get(name))
        : Optional.empty();
  }
}
