package io.repfold.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.stream.Stream;

/** The values that the bodies of If, Loop, Scan and the like have for themselves. */
final class Bodies {
  private Bodies() {}

  /** Whether a body of the node, or a body in it, defines a value of this name. */
  static boolean define(NodeProto node, String value) {
    return of(node).anyMatch(body -> defines(body, value));
  }

  private static Stream<GraphProto> of(NodeProto node) {
    return node.getAttributeList().stream()
        .flatMap(
            attribute ->
                Stream.concat(
                    attribute.hasG() ? Stream.of(attribute.getG()) : Stream.empty(),
                    attribute.getGraphsList().stream()));
  }

  /** Nesting is bounded by the parser's recursion limit. */
  private static boolean defines(GraphProto body, String value) {
    return body.getInputList().stream().anyMatch(v -> v.getName().equals(value))
        || body.getInitializerList().stream().anyMatch(t -> t.getName().equals(value))
        || body.getNodeList().stream()
            .anyMatch(node -> node.getOutputList().contains(value) || define(node, value));
  }
}
