package io.repfold.pipeline.part;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.repfold.graph.Op;
import java.util.List;
import java.util.Map;

/** Nodes with bodies, which read outer values. */
final class Bodies {
  private Bodies() {}

  /** An If whose branches are one op each of outer values. */
  static Op choice(String thenOp, List<String> thenReads, String elseOp, List<String> elseReads) {
    return new Op.Opaque(
        "",
        "If",
        Map.of(
            "then_branch", branch("then_branch", "inside.then", thenOp, thenReads),
            "else_branch", branch("else_branch", "inside.else", elseOp, elseReads)),
        java.util.stream.Stream.of(thenReads, elseReads).flatMap(List::stream).distinct().toList());
  }

  private static AttributeProto branch(String name, String output, String op, List<String> reads) {
    GraphProto body =
        GraphProto.newBuilder()
            .setName(name)
            .addNode(NodeProto.newBuilder().setOpType(op).addAllInput(reads).addOutput(output))
            .addOutput(ValueInfoProto.newBuilder().setName(output))
            .build();
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.GRAPH)
        .setG(body)
        .build();
  }
}
