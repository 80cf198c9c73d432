package io.repfold.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks that every value has a name, is defined once, and before it is read. */
final class GraphOrder {
  private final GraphProto graph;
  private final Set<String> known = new HashSet<>();

  private GraphOrder(GraphProto graph) {
    this.graph = graph;
  }

  /**
   * The names of all values.
   *
   * @throws OnnxFormatException naming the node and the value; it tells a cycle, nodes out of order
   *     and names that nothing defines apart
   */
  static Set<String> check(GraphProto graph) {
    GraphOrder order = new GraphOrder(graph);
    order.check();
    return order.known;
  }

  private void check() {
    checkInputs();
    checkInitializers();
    for (NodeProto node : graph.getNodeList()) {
      for (String read : reads(node)) {
        if (!known.contains(read)) {
          throw misplaced(node, read);
        }
      }
      for (ByteString bytes : outputs(node)) {
        String output = GraphReader.name(bytes, NodeNames.describe(node));
        Check.that(
            output.isEmpty() || known.add(output),
            "%s defines '%s', which is defined already",
            NodeNames.describe(node),
            output);
      }
    }
    for (ValueInfoProto output : graph.getOutputList()) {
      GraphReader.name(output.getNameBytes(), "A graph output");
    }
  }

  private void checkInputs() {
    for (ValueInfoProto input : graph.getInputList()) {
      String name = GraphReader.name(input.getNameBytes(), "A graph input");
      Check.that(!name.isEmpty(), "A graph input has no name");
      Check.that(known.add(name), "Two graph inputs are named '%s'", name);
    }
  }

  private void checkInitializers() {
    Set<String> names = new HashSet<>();
    for (TensorProto tensor : graph.getInitializerList()) {
      String name = GraphReader.name(tensor.getNameBytes(), "An initializer");
      Check.that(!name.isEmpty(), "An initializer has no name");
      Check.that(names.add(name), "Two initializers are named '%s'", name);
      known.add(name);
    }
    for (SparseTensorProto tensor : graph.getSparseInitializerList()) {
      String name = GraphReader.name(tensor.getValues().getNameBytes(), "A sparse initializer");
      Check.that(!name.isEmpty(), "A sparse initializer has no name");
      Check.that(known.add(name), "Sparse initializer '%s' is defined already", name);
    }
  }

  private static List<String> reads(NodeProto node) {
    List<String> reads = new ArrayList<>();
    for (int i = 0; i < node.getInputCount(); i++) {
      reads.add(GraphReader.name(node.getInputBytes(i), NodeNames.describe(node)));
    }
    reads.addAll(Captures.of(node));
    reads.removeIf(String::isEmpty);
    return reads;
  }

  private static List<ByteString> outputs(NodeProto node) {
    List<ByteString> outputs = new ArrayList<>();
    for (int i = 0; i < node.getOutputCount(); i++) {
      outputs.add(node.getOutputBytes(i));
    }
    return outputs;
  }

  private OnnxFormatException misplaced(NodeProto node, String value) {
    Map<String, Integer> producers = new HashMap<>();
    for (int i = 0; i < graph.getNodeCount(); i++) {
      for (String output : graph.getNode(i).getOutputList()) {
        producers.putIfAbsent(output, i);
      }
    }
    Integer producer = producers.get(value);
    if (producer == null) {
      return new OnnxFormatException(
          "%s reads '%s', which no node, input or initializer defines"
              .formatted(NodeNames.describe(node), value));
    }
    String later = NodeNames.describe(graph.getNode(producer));
    if (isCyclic(producers)) {
      return new OnnxFormatException(
          "%s reads '%s' from %s, which comes later: the nodes form a cycle"
              .formatted(NodeNames.describe(node), value, later));
    }
    return new OnnxFormatException(
        "%s reads '%s' from %s, which comes later: ONNX asks for nodes in topological order. Load"
                .formatted(NodeNames.describe(node), value, later)
            + " and save the model with the tool that made it, or sort it with onnxsim");
  }

  /** Whether some nodes remain when those that wait for nothing are taken away again and again. */
  private boolean isCyclic(Map<String, Integer> producers) {
    int[] waitsFor = new int[graph.getNodeCount()];
    Map<Integer, List<Integer>> readers = new HashMap<>();
    Deque<Integer> ready = new ArrayDeque<>();
    for (int i = 0; i < waitsFor.length; i++) {
      for (String read : reads(graph.getNode(i))) {
        Integer producer = producers.get(read);
        if (producer != null) {
          waitsFor[i]++;
          readers.computeIfAbsent(producer, k -> new ArrayList<>()).add(i);
        }
      }
      if (waitsFor[i] == 0) {
        ready.add(i);
      }
    }
    int done = 0;
    while (!ready.isEmpty()) {
      done++;
      for (int reader : readers.getOrDefault(ready.remove(), List.of())) {
        if (--waitsFor[reader] == 0) {
          ready.add(reader);
        }
      }
    }
    return done < waitsFor.length;
  }
}
