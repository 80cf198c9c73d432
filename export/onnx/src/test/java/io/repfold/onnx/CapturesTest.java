package io.repfold.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.repfold.graph.Value;
import org.junit.jupiter.api.Test;

/** Of what bodies read, only what they do not define themselves is an edge of their node. */
class CapturesTest {
  private static NodeProto with(NodeProto node, AttributeProto.Builder body) {
    return node.toBuilder().addAttribute(body).build();
  }

  private static AttributeProto.Builder attribute(AttributeType type) {
    return Attributes.attribute("body", type);
  }

  private static TensorProto named(String name) {
    return TensorProto.newBuilder().setName(name).build();
  }

  @Test
  void inputs_initializers_and_results_of_a_body_are_its_own() {
    GraphProto body =
        GraphProto.newBuilder()
            .addInput(ValueInfos.write(Value.float32("i", 1)))
            .addInitializer(named("c"))
            .addSparseInitializer(SparseTensorProto.newBuilder().setValues(named("s")))
            .addNode(TestModels.node("Sum", "a", "i", "c", "", "s", "outer"))
            .addNode(TestModels.node("Relu", "b", "a"))
            .addOutput(ValueInfos.write(Value.float32("b", 1)))
            .addOutput(ValueInfos.write(Value.float32("passed on", 1)))
            .build();
    NodeProto loop =
        with(TestModels.node("Loop", "y", "x"), attribute(AttributeType.GRAPH).setG(body));
    assertThat(Captures.of(loop)).containsExactly("outer", "passed on");
  }

  @Test
  void a_body_inside_a_body_reads_both_outer_graphs() {
    GraphProto inner =
        GraphProto.newBuilder().addNode(TestModels.node("Add", "z", "of the body", "far")).build();
    GraphProto body =
        GraphProto.newBuilder()
            .addNode(TestModels.node("Relu", "of the body", "near"))
            .addNode(with(TestModels.node("If", "w"), attribute(AttributeType.GRAPH).setG(inner)))
            .build();
    NodeProto node =
        with(TestModels.node("Loop", "y", "x"), attribute(AttributeType.GRAPH).setG(body));
    assertThat(Captures.of(node)).containsExactly("near", "far");
  }

  @Test
  void a_list_of_bodies_reads_what_each_reads() {
    AttributeProto.Builder bodies =
        attribute(AttributeType.GRAPHS)
            .addGraphs(GraphProto.newBuilder().addNode(TestModels.node("Relu", "a", "first")))
            .addGraphs(GraphProto.newBuilder().addNode(TestModels.node("Relu", "b", "a")));
    assertThat(Captures.of(with(TestModels.node("Switch", "y"), bodies)))
        .containsExactly("first", "a");
  }
}
