package io.repfold.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import io.repfold.graph.Value;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

/** Messages for tests. */
final class TestModels {
  private TestModels() {}

  /** A model of these nodes; what no node defines is an input, what the last defines an output. */
  static ModelProto model(int opset, NodeProto... nodes) {
    GraphProto.Builder graph = GraphProto.newBuilder().setName("test");
    Set<String> inputs = new LinkedHashSet<>();
    for (NodeProto node : nodes) {
      inputs.addAll(node.getInputList());
    }
    for (NodeProto node : nodes) {
      node.getOutputList().forEach(inputs::remove);
    }
    inputs.remove("");
    inputs.forEach(i -> graph.addInput(ValueInfos.write(Value.float32(i, 1, 3, 8, 8))));
    if (nodes.length > 0) {
      NodeProto last = nodes[nodes.length - 1];
      last.getOutputList().stream()
          .filter(o -> !o.isEmpty())
          .forEach(o -> graph.addOutput(ValueInfos.write(Value.float32(o, 1, 3, 8, 8))));
    }
    return around(opset, graph.addAllNode(Arrays.asList(nodes)));
  }

  static ModelProto around(int opset, GraphProto.Builder graph) {
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
        .setGraph(graph)
        .build();
  }

  /** {@code type(inputs) -> output}, with the output's name. */
  static NodeProto node(String type, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(type)
        .setName(output + "_node")
        .addAllInput(Arrays.asList(inputs))
        .addOutput(output)
        .build();
  }
}
