package io.repfold.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;

/** How messages call a node. */
final class NodeNames {
  private static final int LONGEST = 200;

  private NodeNames() {}

  static String describe(NodeProto node) {
    String label =
        !node.getName().isEmpty()
            ? node.getName()
            : node.getOutputCount() == 0 ? "?" : node.getOutput(0);
    return "%s '%s'".formatted(shortened(node.getOpType()), shortened(label));
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
  }
}
