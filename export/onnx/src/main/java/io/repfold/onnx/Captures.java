package io.repfold.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The outer values that the bodies of If, Loop, Scan and the like read. */
final class Captures {
  private Captures() {}

  static List<String> of(NodeProto node) {
    Set<String> captures = new LinkedHashSet<>();
    collect(node, captures);
    return List.copyOf(captures);
  }

  private static void collect(NodeProto node, Set<String> captures) {
    for (AttributeProto attribute : node.getAttributeList()) {
      if (attribute.hasG()) {
        captures.addAll(ofBody(attribute.getG()));
      }
      attribute.getGraphsList().forEach(g -> captures.addAll(ofBody(g)));
    }
  }

  /** What a body reads and does not define. Nesting is bounded by the parser's recursion limit. */
  private static Set<String> ofBody(GraphProto body) {
    Set<String> reads = new LinkedHashSet<>();
    Set<String> defines = new HashSet<>();
    body.getInputList().stream().map(ValueInfoProto::getName).forEach(defines::add);
    body.getInitializerList().stream().map(TensorProto::getName).forEach(defines::add);
    body.getSparseInitializerList().stream()
        .map(SparseTensorProto::getValues)
        .map(TensorProto::getName)
        .forEach(defines::add);
    for (NodeProto node : body.getNodeList()) {
      reads.addAll(node.getInputList());
      collect(node, reads);
      defines.addAll(node.getOutputList());
    }
    body.getOutputList().stream().map(ValueInfoProto::getName).forEach(reads::add);
    reads.removeAll(defines);
    reads.remove("");
    return reads;
  }
}
