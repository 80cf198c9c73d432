package io.repfold.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.repfold.graph.Value;
import org.junit.jupiter.api.Test;

class BodiesTest {
  private static NodeProto with(NodeProto node, GraphProto.Builder body) {
    return node.toBuilder()
        .addAttribute(Attributes.attribute("body", AttributeType.GRAPH).setG(body))
        .build();
  }

  @Test
  void what_a_body_defines_at_any_depth_is_found_and_what_it_reads_is_not() {
    NodeProto inner =
        with(
            TestModels.node("If", "chosen"),
            GraphProto.newBuilder().addNode(TestModels.node("Relu", "deep", "outer")));
    NodeProto loop =
        with(
            TestModels.node("Loop", "y", "x"),
            GraphProto.newBuilder()
                .addInput(ValueInfos.write(Value.float32("i", 1)))
                .addInitializer(TensorProto.newBuilder().setName("c"))
                .addNode(inner));

    for (String own : new String[] {"i", "c", "chosen", "deep"}) {
      assertThat(Bodies.define(loop, own)).as(own).isTrue();
    }
    for (String other : new String[] {"outer", "x", "y", ""}) {
      assertThat(Bodies.define(loop, other)).as(other).isFalse();
    }
  }

  @Test
  void each_of_a_list_of_bodies_counts() {
    NodeProto node =
        TestModels.node("Switch", "y").toBuilder()
            .addAttribute(
                Attributes.attribute("bodies", AttributeType.GRAPHS)
                    .addGraphs(GraphProto.newBuilder().addNode(TestModels.node("Relu", "a", "x")))
                    .addGraphs(GraphProto.newBuilder().addNode(TestModels.node("Relu", "b", "x"))))
            .build();

    assertThat(Bodies.define(node, "b")).isTrue();
    assertThat(Bodies.define(node, "x")).isFalse();
  }
}
