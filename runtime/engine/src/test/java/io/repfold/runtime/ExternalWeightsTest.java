package io.repfold.runtime;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ExternalWeightsTest {
  @Test
  void endless_nesting_is_refused() {
    GraphProto graph = GraphProto.getDefaultInstance();
    for (int i = 0; i < 80; i++) {
      graph =
          GraphProto.newBuilder()
              .addNode(NodeProto.newBuilder().addAttribute(AttributeProto.newBuilder().setG(graph)))
              .build();
    }
    byte[] bytes = ModelProto.newBuilder().setGraph(graph).build().toByteArray();

    assertThatThrownBy(() -> ExternalWeights.names(ByteBuffer.wrap(bytes)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nested");
  }
}
