package io.repfold.onnx;

import static io.repfold.onnx.Attributes.integer;
import static io.repfold.onnx.Attributes.integers;
import static io.repfold.onnx.Attributes.node;
import static io.repfold.onnx.Attributes.real;
import static io.repfold.onnx.Attributes.reals;
import static io.repfold.onnx.Attributes.tensor;
import static io.repfold.onnx.Attributes.text;
import static io.repfold.onnx.Attributes.texts;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.repfold.graph.ElementType;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.Window;
import io.repfold.graph.Window.AutoPad;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Attributes with values that are not their defaults mean what ONNX says they mean. */
class AttributeValuesTest {
  private static final AttributeProto KERNEL = integers("kernel_shape", 3, 2);
  private static final OptionalDouble NONE = OptionalDouble.empty();

  record Case(int opset, NodeProto node, Op meaning) {
    @Override
    public String toString() {
      return "%s-%d".formatted(node.getOpType(), opset);
    }
  }

  static Stream<Case> cases() {
    return Stream.of(windows(), elements(), shapes(), tensors()).flatMap(List::stream);
  }

  private static List<Case> windows() {
    AttributeProto[] lists = {
      integers("strides", 2, 1), integers("dilations", 1, 3), integers("pads", 1, 0, 2, 3)
    };
    Window window = Window.of(List.of(2, 1), List.of(1, 3), List.of(1, 0, 2, 3));
    Window upper = new Window(AutoPad.SAME_UPPER, List.of(), List.of(), List.of());
    Window valid = new Window(AutoPad.VALID, List.of(), List.of(), List.of());
    return List.of(
        new Case(
            1,
            node("Conv", 3, lists[0], lists[1], lists[2], integer("group", 3)),
            new Op.Conv(window, 3)),
        new Case(
            9,
            node(
                "ConvTranspose",
                2,
                lists[0],
                lists[1],
                lists[2],
                integer("group", 2),
                integers("output_padding", 1, 0)),
            new Op.ConvTranspose(window, 2, List.of(1, 0), List.of())),
        new Case(
            12,
            node(
                "MaxPool",
                1,
                KERNEL,
                lists[0],
                lists[1],
                integer("ceil_mode", 1),
                integer("storage_order", 1)),
            new Op.MaxPool(
                List.of(3, 2), Window.of(List.of(2, 1), List.of(1, 3), List.of()), true, true)),
        new Case(
            8,
            node("MaxPool", 1, KERNEL, integer("storage_order", 1)),
            new Op.MaxPool(List.of(3, 2), Window.DEFAULT, false, true)),
        new Case(
            19,
            node("AveragePool", 1, KERNEL, lists[1], integer("count_include_pad", 1)),
            new Op.AveragePool(
                List.of(3, 2), Window.of(List.of(), List.of(1, 3), List.of()), false, true)),
        new Case(
            10,
            node("AveragePool", 1, KERNEL, integer("ceil_mode", 1), text("auto_pad", "VALID")),
            new Op.AveragePool(List.of(3, 2), valid, true, false)),
        new Case(9, node("Conv", 2, text("auto_pad", "SAME_UPPER")), new Op.Conv(upper, 1)),
        new Case(
            15,
            node("BatchNormalization", 5, real("epsilon", 0.5f), real("momentum", 0.25f)),
            new Op.BatchNormalization(0.5f, 0.25f, false)),
        new Case(
            14,
            node("BatchNormalization", 5, integer("training_mode", 1)),
            new Op.BatchNormalization(1e-5f, 0.9f, true)),
        new Case(
            11,
            node("DepthToSpace", 1, integer("blocksize", 3), text("mode", "CRD")),
            new Op.DepthToSpace(3, true)),
        new Case(10, node("Resize", 2, text("mode", "linear")), resize("linear", "asymmetric")),
        new Case(
            18,
            node(
                "Resize",
                4,
                text("mode", "cubic"),
                text("coordinate_transformation_mode", "tf_crop_and_resize"),
                text("nearest_mode", "ceil"),
                text("keep_aspect_ratio_policy", "not_smaller"),
                real("cubic_coeff_a", -0.5f),
                real("extrapolation_value", 7),
                integer("exclude_outside", 1),
                integer("antialias", 1),
                integers("axes", 3, 2)),
            new Op.Resize(
                "cubic",
                "tf_crop_and_resize",
                "ceil",
                -0.5f,
                true,
                7,
                true,
                List.of(3, 2),
                "not_smaller",
                false)));
  }

  /** As in opset 10. */
  private static Op resize(String mode, String coordinates) {
    return new Op.Resize(
        mode, coordinates, "floor", -0.75f, false, 0, false, List.of(), "stretch", true);
  }

  private static List<Case> elements() {
    return List.of(
        new Case(
            13,
            node("HardSigmoid", 1, real("alpha", 0.25f), real("beta", 0.75f)),
            new Op.HardSigmoid(0.25f, 0.75f)),
        new Case(
            10,
            node("Clip", 1, real("min", -2), real("max", 3)),
            new Op.Clip(OptionalDouble.of(-2), OptionalDouble.of(3))),
        new Case(
            6,
            node("Clip", 1),
            new Op.Clip(OptionalDouble.of(-Float.MAX_VALUE), OptionalDouble.of(Float.MAX_VALUE))),
        new Case(
            6,
            node("Dropout", 1, real("ratio", 0.75f), integer("is_test", 1)),
            new Op.Dropout(OptionalDouble.of(0.75f))),
        new Case(
            13,
            node(
                "Gemm",
                2,
                real("alpha", 2),
                real("beta", 3),
                integer("transA", 1),
                integer("transB", 0)),
            new Op.Gemm(2, 3, true, false)),
        new Case(12, node("Softmax", 1, integer("axis", -1)), new Op.Softmax(-1, true)),
        new Case(13, node("Softmax", 1, integer("axis", 1)), new Op.Softmax(1, false)));
  }

  private static List<Case> shapes() {
    var axes = Optional.of(List.of(2, -1));
    return List.of(
        new Case(3, node("Concat", 2), new Op.Concat(1)),
        new Case(4, node("Concat", 2, integer("axis", -2)), new Op.Concat(-2)),
        new Case(
            10,
            node("Pad", 1, integers("pads", 1, -2), real("value", 5), text("mode", "edge")),
            new Op.Pad(Op.Pad.Mode.EDGE, Optional.of(List.of(1L, -2L)), OptionalDouble.of(5))),
        new Case(
            11,
            node("Pad", 2, text("mode", "reflect")),
            new Op.Pad(Op.Pad.Mode.REFLECT, Optional.empty(), NONE)),
        new Case(
            19,
            node("Pad", 2, text("mode", "wrap")),
            new Op.Pad(Op.Pad.Mode.WRAP, Optional.empty(), NONE)),
        new Case(
            17,
            node("ReduceMax", 1, integers("axes", 2, -1), integer("keepdims", 0)),
            new Op.Reduce(Op.Reduce.Function.MAX, axes, false, false)),
        new Case(
            17,
            node("ReduceMin", 1, integers("axes")),
            new Op.Reduce(Op.Reduce.Function.MIN, Optional.empty(), true, false)),
        new Case(
            13,
            node("ReduceSum", 2, integer("noop_with_empty_axes", 1)),
            new Op.Reduce(Op.Reduce.Function.SUM, Optional.empty(), true, true)),
        new Case(14, node("Reshape", 2, integer("allowzero", 1)), new Op.Reshape(true)),
        new Case(
            9,
            node("Slice", 1, integers("starts", 1, 2), integers("ends", 3, -1)),
            new Op.Slice(
                Optional.of(new Op.Slice.Bounds(List.of(1L, 2L), List.of(3L, -1L), List.of())))),
        new Case(
            9,
            node("Slice", 1, integers("starts", 1), integers("ends", 3), integers("axes", 2)),
            new Op.Slice(Optional.of(new Op.Slice.Bounds(List.of(1L), List.of(3L), List.of(2))))),
        new Case(12, node("Squeeze", 1, integers("axes", 2, -1)), new Op.Squeeze(axes)),
        new Case(12, node("Unsqueeze", 1, integers("axes", 2, -1)), new Op.Unsqueeze(axes)),
        new Case(
            12,
            node("Split", 1, integer("axis", 2), integers("split", 4)),
            new Op.Split(2, Optional.of(List.of(4L)))),
        new Case(12, node("Split", 1, integers("split")), new Op.Split(0, Optional.empty())),
        new Case(
            12,
            node("ArgMax", 1, integer("axis", 2), integer("select_last_index", 1)),
            new Op.ArgMax(2, true, true)),
        new Case(
            15,
            node("Shape", 1, integer("start", 1), integer("end", -1)),
            new Op.ShapeOf(1, Optional.of(-1))),
        new Case(15, node("Shape", 1, integer("end", 0)), new Op.ShapeOf(0, Optional.of(0))));
  }

  private static List<Case> tensors() {
    Tensor value = Tensor.ofLongs(new long[] {4}, 1);
    return List.of(
        new Case(9, node("ConstantOfShape", 1, tensor("value", value)), constants(value)),
        new Case(9, node("ConstantOfShape", 1), constants(Tensor.ofFloats(new float[1], 1))),
        new Case(
            12,
            node("Constant", 0, reals("value_floats", 1, 2)),
            new Op.Constant(Tensor.ofFloats(new float[] {1, 2}, 2))),
        new Case(
            12,
            node("Constant", 0, texts("value_strings", "a", "é")),
            new Op.Constant(
                Tensor.ofStrings(
                    List.of(
                        "a".getBytes(StandardCharsets.UTF_8), "é".getBytes(StandardCharsets.UTF_8)),
                    2))),
        new Case(
            21,
            node("QuantizeLinear", 2, integer("axis", -1), integer("output_dtype", 5)),
            new Op.QuantizeLinear(-1, Optional.of(ElementType.INT16))),
        new Case(
            23,
            node("DequantizeLinear", 2, integer("axis", 0), integer("output_dtype", 10)),
            new Op.DequantizeLinear(0, Optional.of(ElementType.FLOAT16))),
        new Case(16, node("ScatterND", 3, text("reduction", "none")), new Op.ScatterND()));
  }

  private static Op constants(Tensor value) {
    return new Op.ConstantOfShape(value);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void mean_what_they_say(Case one) {
    assertThat(read(one.opset(), one.node())).isEqualTo(one.meaning());
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void a_cast_has_the_type_with_the_code(ElementType type) {
    NodeProto node = node("Cast", 1, integer("to", type.code()));
    assertThat(read(6, node)).isEqualTo(new Op.Cast(type));
  }

  /** The Cast that we model saturates and rounds up, and only later opsets can ask for others. */
  @Test
  void a_cast_that_wraps_or_rounds_down_is_given_no_meaning() {
    AttributeProto to = integer("to", ElementType.FLOAT8E8M0.code());
    for (int opset = 19; opset <= Operators.NEWEST; opset++) {
      opaque(opset, node("Cast", 1, to, integer("saturate", 0)));
      typed(opset, node("Cast", 1, to, integer("saturate", 1)));
    }
    for (int opset = 24; opset <= Operators.NEWEST; opset++) {
      typed(opset, node("Cast", 1, to, text("round_mode", "up")));
      opaque(opset, node("Cast", 1, to, text("round_mode", "down")));
      opaque(opset, node("Cast", 1, to, text("round_mode", "nearest")));
      opaque(opset, node("Cast", 1, to, text("round_mode", "up"), integer("saturate", 0)));
    }
    opaque(18, node("Cast", 1, to, integer("saturate", 1)));
    opaque(23, node("Cast", 1, to, text("round_mode", "up")));
    opaque(24, node("Cast", 1, integer("to", 0)));
    opaque(24, node("Cast", 1, integer("to", -1)));
  }

  @Test
  void a_quantization_that_wraps_blocks_or_has_few_bits_is_given_no_meaning() {
    for (String type : List.of("QuantizeLinear", "DequantizeLinear")) {
      opaque(21, node(type, 3, integer("block_size", 16)));
      opaque(21, node(type, 3, integer("block_size", -1)));
    }
    opaque(19, node("QuantizeLinear", 3, integer("saturate", 0)));
    opaque(23, node("QuantizeLinear", 3, integer("precision", 1)));
    for (ElementType type : ElementType.values()) {
      NodeProto quantize = node("QuantizeLinear", 2, integer("output_dtype", type.code()));
      NodeProto dequantize = node("DequantizeLinear", 2, integer("output_dtype", type.code()));
      switch (type) {
        case UINT8, INT8, UINT16, INT16, INT32, INT64, UINT32, UINT64 -> {
          typed(21, quantize);
          opaque(23, dequantize);
        }
        case FLOAT, FLOAT16, BFLOAT16, DOUBLE -> {
          opaque(21, quantize);
          typed(23, dequantize);
        }
        default -> {
          opaque(21, quantize);
          opaque(23, dequantize);
        }
      }
      opaque(20, quantize);
      opaque(22, dequantize);
    }
    opaque(21, node("QuantizeLinear", 2, integer("output_dtype", 99)));
    opaque(23, node("DequantizeLinear", 2, integer("output_dtype", 99)));
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void a_zero_point_is_an_integer_of_at_least_eight_bits(ElementType type) {
    boolean modeled =
        switch (type) {
          case UINT8, INT8, UINT16, INT16, INT32, INT64, UINT32, UINT64 -> true;
          default -> false;
        };
    TensorProto.Builder zero =
        TensorProto.newBuilder().setName("x2").setDataType(type.code()).addDims(0);
    for (String op : List.of("QuantizeLinear", "DequantizeLinear")) {
      GraphProto.Builder graph =
          GraphProto.newBuilder()
              .addInput(ValueInfos.write(Value.float32("x0", 1, 3)))
              .addInput(ValueInfos.write(Value.float32("x1")))
              .addInitializer(zero)
              .addNode(node(op, 3));
      byte[] bytes = TestModels.around(21, graph).toByteArray();
      Op read = OnnxModel.read("m", bytes).graph().nodes().get(0).op();
      assertThat(read instanceof Op.Opaque).as(op).isEqualTo(!modeled);
    }
  }

  @Test
  void a_constant_with_two_values_is_given_no_meaning() {
    AttributeProto one = tensor("value", Tensor.ofFloats(new float[] {1}));
    opaque(13, node("Constant", 0, one, real("value_float", 1)));
    opaque(13, node("Constant", 0, integers("value_ints", 1), reals("value_floats", 1)));
    opaque(13, node("Constant", 0, text("value_string", "a"), texts("value_strings", "a")));
    opaque(11, node("Constant", 0, reals("value_floats", 1)));
  }

  @Test
  void a_value_that_fills_a_tensor_is_one_number() {
    Tensor pair = Tensor.ofFloats(new float[] {1, 2}, 2);
    Tensor none = Tensor.ofFloats(new float[0], 0);
    opaque(9, node("ConstantOfShape", 1, tensor("value", pair)));
    opaque(9, node("ConstantOfShape", 1, tensor("value", none)));
  }

  @Test
  void lists_that_do_not_fit_each_other_are_given_no_meaning() {
    AttributeProto one = integers("starts", 1);
    opaque(9, node("Slice", 1, one, integers("ends", 1, 2)));
    opaque(9, node("Slice", 1, integers("starts"), integers("ends")));
    opaque(9, node("Slice", 1, one));
    opaque(9, node("Slice", 1, integers("ends", 1)));
    opaque(9, node("Slice", 1, one, integers("ends", 2), integers("axes", 0, 1)));
    opaque(12, node("Split", 1, integers("split", 1, 2)));
    opaque(12, node("Split", 1, integers("split", 3)).toBuilder().addOutput("z").build());
    opaque(10, node("Pad", 1));
    opaque(12, node("Unsqueeze", 1));
    opaque(13, node("Unsqueeze", 1));
  }

  @Test
  void the_coordinates_of_a_resize_are_those_of_its_opset() {
    for (int opset = 11; opset <= Operators.NEWEST; opset++) {
      for (String mode :
          List.of("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric")) {
        typed(opset, node("Resize", 3, text("coordinate_transformation_mode", mode)));
      }
      NodeProto old =
          node("Resize", 3, text("coordinate_transformation_mode", "tf_half_pixel_for_nn"));
      NodeProto late =
          node("Resize", 3, text("coordinate_transformation_mode", "half_pixel_symmetric"));
      check(opset, old, opset <= 12);
      check(opset, late, opset >= 19);
    }
    opaque(10, node("Resize", 2, text("mode", "cubic")));
  }

  /** Before opset 14 more than one output means training, which opset 6 asks for otherwise. */
  @Test
  void a_batch_normalization_of_opset_6_infers_only_without_statistics() {
    NodeProto infers = node("BatchNormalization", 5, integer("is_test", 1));
    typed(6, infers);
    opaque(6, infers.toBuilder().addOutput("mean").build());
    typed(6, infers.toBuilder().addOutput("").build());
    NodeProto three =
        node("BatchNormalization", 5).toBuilder().addOutput("m").addOutput("v").build();
    typed(14, three);
    opaque(14, three.toBuilder().addOutput("").build());
  }

  @Test
  void a_type_that_the_attribute_does_not_say_follows_from_its_value() {
    NodeProto node = node("HardSigmoid", 1, real("alpha", 0.5f));
    AttributeProto undefined =
        node.getAttribute(0).toBuilder().setType(AttributeType.UNDEFINED).build();
    assertThat(read(13, node.toBuilder().setAttribute(0, undefined).build()))
        .isEqualTo(new Op.HardSigmoid(0.5f, 0.5f));
  }

  private static void check(int opset, NodeProto node, boolean understood) {
    if (understood) {
      typed(opset, node);
    } else {
      opaque(opset, node);
    }
  }

  private static void typed(int opset, NodeProto node) {
    assertThat(read(opset, node)).as("%d: %s", opset, node).isNotInstanceOf(Op.Opaque.class);
  }

  private static void opaque(int opset, NodeProto node) {
    assertThat(read(opset, node)).as("%d: %s", opset, node).isInstanceOf(Op.Opaque.class);
  }

  private static Op read(int opset, NodeProto node) {
    byte[] bytes = TestModels.model(opset, node).toByteArray();
    return OnnxModel.read("m", bytes).graph().nodes().get(0).op();
  }
}
