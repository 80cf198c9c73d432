package io.repfold.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;

/** How messages call a node. */
final class NodeNames {
  private NodeNames() {}

  static String describe(NodeProto node) {
    String label =
        !node.getName().isEmpty()
            ? node.getName()
            : node.getOutputCount() == 0 ? "?" : node.getOutput(0);
    return "%s '%s'".formatted(node.getOpType(), label);
  }
}
