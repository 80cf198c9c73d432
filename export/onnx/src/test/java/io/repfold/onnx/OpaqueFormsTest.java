package io.repfold.onnx;

import static io.repfold.onnx.Attributes.attribute;
import static io.repfold.onnx.Attributes.integer;
import static io.repfold.onnx.Attributes.integers;
import static io.repfold.onnx.Attributes.node;
import static io.repfold.onnx.Attributes.real;
import static io.repfold.onnx.Attributes.sparse;
import static io.repfold.onnx.Attributes.text;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A node is given no meaning unless every part of it is understood; and then the right one. */
class OpaqueFormsTest {
  record Case(int opset, NodeProto node) {
    @Override
    public String toString() {
      List<String> names = node.getAttributeList().stream().map(AttributeProto::getName).toList();
      return "%s-%d %s".formatted(node.getOpType(), opset, names);
    }
  }

  static Stream<Case> beyondUs() {
    return Stream.of(
        new Case(8, node("BatchNormalization", 5, integer("spatial", 0))),
        new Case(6, node("BatchNormalization", 5)),
        new Case(6, node("BatchNormalization", 5, integer("is_test", 0))),
        new Case(14, node("BatchNormalization", 5, integer("training_mode", 2))),
        new Case(6, node("Add", 2, integer("broadcast", 1))),
        new Case(6, node("Add", 2, integer("broadcast", 1), integer("axis", 1))),
        new Case(5, node("Relu", 1, integers("consumed_inputs", 0))),
        new Case(9, node("Upsample", 2)),
        new Case(16, node("ScatterND", 3, text("reduction", "add"))),
        new Case(1, node("Pad", 1, integers("paddings", 0, 0))),
        new Case(10, node("Pad", 1, integers("pads", 0, 0), text("mode", "wrap"))),
        new Case(1, node("Reshape", 1, integers("shape", 1))),
        new Case(6, node("Gemm", 3, integer("broadcast", 1))),
        new Case(6, node("Gemm", 2)),
        new Case(6, node("PRelu", 2)),
        new Case(6, node("Dropout", 1)),
        new Case(13, node("Dropout", 1, integer("seed", 3))),
        new Case(7, node("MaxPool", 1, integers("kernel_shape", 2, 2), integer("ceil_mode", 1))),
        new Case(13, node("MaxPool", 1)),
        new Case(13, node("MaxPool", 1, integers("kernel_shape", 2), integers("strides", 1, 1))),
        new Case(13, node("Conv", 2, integers("pads", -1, 0))),
        new Case(13, node("Conv", 2, text("auto_pad", "SOME"))),
        new Case(13, node("Conv", 1)),
        new Case(13, node("Conv", 2, integer("group", 1L << 40))),
        new Case(13, node("Conv", 2, text("group", "1"))),
        new Case(13, node("Conv", 2, integer("group", 1), integer("group", 2))),
        new Case(13, node("Conv", 2, integer("groups", 2))),
        new Case(13, node("HardSwish", 1)),
        new Case(18, node("Split", 1)),
        new Case(18, node("Split", 1, integer("num_outputs", 2))),
        new Case(13, node("Clip", 1, real("max", 6))),
        new Case(9, node("Clip", 3)),
        new Case(13, node("Cast", 1)),
        new Case(13, node("Cast", 1, integer("to", 99))),
        new Case(19, node("Cast", 1, integer("to", 17), integer("saturate", 0))),
        new Case(13, node("Constant", 0)),
        new Case(11, node("Constant", 0, real("value_float", 1))),
        new Case(13, node("Constant", 0, real("value_float", 1), integer("value_int", 1))),
        new Case(13, node("Constant", 0, sparse("sparse_value"))),
        new Case(13, node("Squeeze", 1, integers("axes", 0))),
        new Case(13, node("Resize", 4, text("mode", "lanczos"))),
        new Case(13, node("Resize", 1)),
        new Case(13, reference(node("Elu", 1))),
        new Case(13, node("Relu", 1).toBuilder().setDomain("com.example").build()),
        new Case(13, node("Relu", 1).toBuilder().setOverload("other").build()),
        new Case(13, node("Relu", 1).toBuilder().addOutput("second").build()),
        new Case(13, node("Relu", 1).toBuilder().clearOutput().build()),
        new Case(13, node("Dropout", 1).toBuilder().setOutput(0, "").addOutput("mask").build()));
  }

  @ParameterizedTest
  @MethodSource("beyondUs")
  void is_carried_along(Case one) {
    assertThat(read(one)).isInstanceOf(Op.Opaque.class);
  }

  static Stream<Case> asTheyMean() {
    return Stream.of(
        new Case(8, node("BatchNormalization", 5, integer("spatial", 1))),
        new Case(6, node("BatchNormalization", 5, integer("is_test", 1))),
        new Case(9, node("BatchNormalization", 5).toBuilder().addOutput("").build()),
        new Case(6, node("Add", 2)),
        new Case(13, node("Relu", 1).toBuilder().setDomain("ai.onnx").build()),
        new Case(16, node("ScatterND", 3, text("reduction", "none"))),
        new Case(18, node("Split", 1, integer("num_outputs", 1))),
        new Case(13, untyped(node("Conv", 2, integer("group", 2)))));
  }

  @ParameterizedTest
  @MethodSource("asTheyMean")
  void is_understood(Case one) {
    assertThat(read(one)).isNotInstanceOf(Op.Opaque.class);
  }

  @Test
  void the_short_forms_of_a_constant_are_tensors() {
    assertThat(constant(real("value_float", 0.5f))).isEqualTo(Tensor.ofFloats(new float[] {0.5f}));
    assertThat(constant(integer("value_int", 5))).isEqualTo(Tensor.ofLongs(new long[] {5}));
    assertThat(constant(integers("value_ints", 5, 6)))
        .isEqualTo(Tensor.ofLongs(new long[] {5, 6}, 2));
    assertThat(constant(integers("value_ints"))).isEqualTo(Tensor.ofLongs(new long[0], 0));
    assertThat(constant(text("value_string", "é")).strings()).hasSize(1);
  }

  private static Tensor constant(AttributeProto attribute) {
    return ((Op.Constant) read(new Case(13, node("Constant", 0, attribute)))).value();
  }

  @Test
  void batch_normalization_trains_if_it_writes_statistics() {
    NodeProto inference =
        node("BatchNormalization", 5).toBuilder().addOutput("").addOutput("").build();
    NodeProto training = inference.toBuilder().setOutput(1, "mean").build();
    assertThat(read(new Case(9, inference)))
        .isEqualTo(new Op.BatchNormalization(1e-5f, 0.9f, false));
    assertThat(read(new Case(9, training))).isEqualTo(new Op.BatchNormalization(1e-5f, 0.9f, true));
  }

  @Test
  void softmax_flattens_up_to_opset_12() {
    assertThat(read(new Case(12, node("Softmax", 1)))).isEqualTo(new Op.Softmax(1, true));
    assertThat(read(new Case(13, node("Softmax", 1)))).isEqualTo(new Op.Softmax(-1, false));
  }

  @Test
  void an_op_that_the_model_defines_itself_is_carried_along() {
    var model = TestModels.model(13, node("Relu", 1)).toBuilder();
    model.addFunctions(FunctionProto.newBuilder().setName("Relu").setDomain(""));
    Op op = OnnxModel.read("m", model.build().toByteArray()).graph().nodes().get(0).op();
    assertThat(op).isInstanceOf(Op.Opaque.class);
  }

  private static Op read(Case one) {
    byte[] bytes = TestModels.model(one.opset(), one.node()).toByteArray();
    return OnnxModel.read("case", bytes).graph().nodes().get(0).op();
  }

  /** As inside a function, where an attribute takes its value from the call. */
  private static NodeProto reference(NodeProto node) {
    return node.toBuilder()
        .addAttribute(attribute("alpha", AttributeType.FLOAT).setRefAttrName("outer"))
        .build();
  }

  /** As in files of IR 1, which do not say the type of an attribute. */
  private static NodeProto untyped(NodeProto node) {
    NodeProto.Builder result = node.toBuilder();
    result.getAttributeBuilderList().forEach(AttributeProto.Builder::clearType);
    return result.build();
  }
}
