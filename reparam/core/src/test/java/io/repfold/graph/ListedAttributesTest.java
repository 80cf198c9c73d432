package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Each op under ONNX's type and attribute names. */
class ListedAttributesTest {
  private static final Window PADDED =
      new Window(Window.AutoPad.NOTSET, List.of(), List.of(), List.of(0, 1));

  private static String line(Op op) {
    return (op.type() + " " + String.join(" ", op.accept(new ListedAttributes()))).strip();
  }

  @Test
  void windows_and_pools() {
    assertThat(line(new Op.ConvTranspose(PADDED, 3, List.of(0, 0), List.of(4, 5))))
        .isEqualTo("ConvTranspose pads=[0, 1] group=3 output_shape=[4, 5]");
    assertThat(line(new Op.MaxPool(List.of(3), PADDED, true, true)))
        .isEqualTo("MaxPool kernel_shape=[3] pads=[0, 1] ceil_mode=1 storage_order=1");
    assertThat(line(new Op.MaxPool(List.of(1), Window.DEFAULT, false, false)))
        .isEqualTo("MaxPool kernel_shape=[1]");
    assertThat(line(new Op.AveragePool(List.of(2), Window.DEFAULT, false, false)))
        .isEqualTo("AveragePool kernel_shape=[2]");
    assertThat(line(new Op.MaxUnpool(List.of(2), PADDED)))
        .isEqualTo("MaxUnpool kernel_shape=[2] pads=[0, 1]");
    assertThat(line(new Op.GlobalAveragePool())).isEqualTo("GlobalAveragePool");
  }

  @Test
  void functions_with_numbers() {
    assertThat(line(new Op.LeakyRelu(0.2f))).isEqualTo("LeakyRelu alpha=0.2");
    assertThat(line(new Op.Elu(0.5f))).isEqualTo("Elu alpha=0.5");
    assertThat(line(new Op.Gelu(true))).isEqualTo("Gelu approximate=tanh");
    assertThat(line(new Op.Gelu(false))).isEqualTo("Gelu");
    assertThat(line(new Op.Selu(1.6732632f, 1))).isEqualTo("Selu gamma=1.0");
    assertThat(line(new Op.Selu(2, 1.050701f))).isEqualTo("Selu alpha=2.0");
    assertThat(line(new Op.Celu(0.5f))).isEqualTo("Celu alpha=0.5");
    assertThat(line(new Op.ThresholdedRelu(0.5f))).isEqualTo("ThresholdedRelu alpha=0.5");
    assertThat(line(new Op.InstanceNormalization(0.5f)))
        .isEqualTo("InstanceNormalization epsilon=0.5");
    assertThat(line(new Op.LayerNormalization(1, 1e-5f))).isEqualTo("LayerNormalization axis=1");
    assertThat(line(new Op.GroupNormalization(1, 0.5f, false)))
        .isEqualTo("GroupNormalization num_groups=1 epsilon=0.5");
    assertThat(line(new Op.LpNormalization(-1, 1))).isEqualTo("LpNormalization p=1");
    assertThat(line(new Op.CumSum(true, false))).isEqualTo("CumSum exclusive=1");
    assertThat(line(new Op.Einsum("ij,jk"))).isEqualTo("Einsum equation=\"ij,jk\"");
    assertThat(line(new Op.CumSum(false, true))).isEqualTo("CumSum reverse=1");
    assertThat(line(new Op.HardSigmoid(0.25f, 1))).isEqualTo("HardSigmoid alpha=0.25 beta=1.0");
    assertThat(line(new Op.BatchNormalization(1e-5f, 0.1f, false)))
        .isEqualTo("BatchNormalization momentum=0.1");
    assertThat(line(new Op.Dropout(OptionalDouble.of(0.5)))).isEqualTo("Dropout ratio=0.5");
    assertThat(line(new Op.Gemm(1, 2, true, false))).isEqualTo("Gemm beta=2.0 transA=1");
    // An attribute is a float, although it is held as a double.
    assertThat(line(new Op.Clip(OptionalDouble.of(0.1f), OptionalDouble.empty())))
        .isEqualTo("Clip min=0.1");
  }

  @Test
  void axes() {
    assertThat(line(new Op.Softmax(1, false))).isEqualTo("Softmax axis=1");
    assertThat(line(new Op.Softmax(1, true))).isEqualTo("Softmax");
    assertThat(line(new Op.Softmax(-1, true))).isEqualTo("Softmax axis=-1");
    assertThat(line(new Op.LogSoftmax(1, true))).isEqualTo("LogSoftmax");
    assertThat(line(new Op.LogSoftmax(1, false))).isEqualTo("LogSoftmax axis=1");
    assertThat(line(new Op.Hardmax(-1, false))).isEqualTo("Hardmax");
    assertThat(line(new Op.Hardmax(-1, true))).isEqualTo("Hardmax axis=-1");
    assertThat(line(new Op.TopK(-1, true, true))).isEqualTo("TopK");
    assertThat(line(new Op.TopK(0, false, false))).isEqualTo("TopK axis=0 largest=0 sorted=0");
    assertThat(line(new Op.Concat(0))).isEqualTo("Concat axis=0");
    assertThat(line(new Op.Flatten(0))).isEqualTo("Flatten axis=0");
    assertThat(line(new Op.Gather(-1))).isEqualTo("Gather axis=-1");
    assertThat(line(new Op.ArgMax(1, false, true)))
        .isEqualTo("ArgMax axis=1 keepdims=0 select_last_index=1");
    assertThat(line(new Op.Split(1, Optional.of(List.of(2L, 3L)))))
        .isEqualTo("Split axis=1 split=[2, 3]");
    assertThat(line(new Op.Squeeze(Optional.of(List.of(0, -1))))).isEqualTo("Squeeze axes=[0, -1]");
    assertThat(line(new Op.Unsqueeze(Optional.of(List.of(2))))).isEqualTo("Unsqueeze axes=[2]");
    assertThat(line(new Op.Transpose(List.of(1, 0)))).isEqualTo("Transpose perm=[1, 0]");
    assertThat(
            line(
                new Op.Slice(
                    Optional.of(new Op.Slice.Bounds(List.of(0L), List.of(9L), List.of(2))))))
        .isEqualTo("Slice starts=[0] ends=[9] axes=[2]");
  }

  @Test
  void shapes_and_blocks() {
    assertThat(line(new Op.Reshape(true))).isEqualTo("Reshape allowzero=1");
    assertThat(line(new Op.Reshape(false))).isEqualTo("Reshape");
    assertThat(line(new Op.ShapeOf(1, Optional.of(-1)))).isEqualTo("Shape start=1 end=-1");
    assertThat(line(new Op.DepthToSpace(3, false))).isEqualTo("DepthToSpace blocksize=3");
    assertThat(line(new Op.SpaceToDepth(2))).isEqualTo("SpaceToDepth blocksize=2");
    assertThat(line(new Op.Cast(ElementType.BFLOAT16))).isEqualTo("Cast to=BFLOAT16");
    assertThat(line(new Op.ConstantOfShape(Tensor.ofLongs(new long[] {-1}, 1))))
        .isEqualTo("ConstantOfShape value=INT64[1] = [-1]");
    assertThat(line(new Op.Pad(Op.Pad.Mode.EDGE, Optional.empty(), OptionalDouble.of(-1))))
        .isEqualTo("Pad mode=edge value=-1.0");
    assertThat(line(new Op.QuantizeLinear(0, Optional.of(ElementType.INT8))))
        .isEqualTo("QuantizeLinear axis=0 output_dtype=INT8");
    assertThat(line(new Op.DequantizeLinear(1, Optional.empty()))).isEqualTo("DequantizeLinear");
    assertThat(line(new Op.DequantizeLinear(-1, Optional.of(ElementType.FLOAT16))))
        .isEqualTo("DequantizeLinear axis=-1 output_dtype=FLOAT16");
  }

  private static Op.Resize resize(String coordinates, String nearest, boolean legacy) {
    return new Op.Resize(
        "nearest", coordinates, nearest, -0.75f, false, 0, false, List.of(), "stretch", legacy);
  }

  @Test
  void resizes_of_either_opset() {
    assertThat(line(resize("half_pixel", "round_prefer_floor", false))).isEqualTo("Resize");
    assertThat(line(resize("asymmetric", "floor", true))).isEqualTo("Resize");
    assertThat(line(resize("asymmetric", "floor", false)))
        .isEqualTo("Resize coordinate_transformation_mode=asymmetric nearest_mode=floor");
    assertThat(
            line(
                new Op.Resize(
                    "cubic",
                    "half_pixel",
                    "round_prefer_floor",
                    -0.5f,
                    true,
                    2,
                    true,
                    List.of(2, 3),
                    "not_larger",
                    false)))
        .isEqualTo(
            "Resize mode=cubic cubic_coeff_a=-0.5 exclude_outside=1 extrapolation_value=2.0"
                + " antialias=1 axes=[2, 3] keep_aspect_ratio_policy=not_larger");
  }

  /** The names by which ONNX knows functions are those of its documentation. */
  @Test
  void functions_without_attributes_are_their_type() {
    assertThat(Arrays.stream(Op.Unary.Function.values()).map(f -> line(new Op.Unary(f))))
        .containsExactly(
            "Relu",
            "Sigmoid",
            "HardSwish",
            "Mish",
            "Neg",
            "Abs",
            "Exp",
            "Log",
            "Sqrt",
            "Reciprocal",
            "Tanh",
            "Erf",
            "Floor",
            "Ceil",
            "Softplus",
            "Softsign",
            "Not");
    assertThat(Arrays.stream(Op.Binary.Function.values()).map(f -> line(new Op.Binary(f))))
        .containsExactly(
            "Add",
            "Sub",
            "Mul",
            "Div",
            "Pow",
            "Equal",
            "Less",
            "LessOrEqual",
            "Greater",
            "GreaterOrEqual",
            "And",
            "Or");
    assertThat(Arrays.stream(Op.Variadic.Function.values()).map(f -> line(new Op.Variadic(f))))
        .containsExactly("Sum", "Mean", "Max", "Min");
    assertThat(
            Arrays.stream(Op.Reduce.Function.values())
                .map(f -> line(new Op.Reduce(f, Optional.empty(), true, false))))
        .containsExactly("ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd");
    List<Op> others =
        List.of(
            new Op.PRelu(),
            new Op.MatMul(),
            new Op.Expand(),
            new Op.Tile(),
            new Op.Identity(),
            new Op.Size(),
            new Op.Where(),
            new Op.ScatterND(),
            new Op.Range());
    assertThat(others.stream().map(ListedAttributesTest::line))
        .containsExactly(
            "PRelu", "MatMul", "Expand", "Tile", "Identity", "Size", "Where", "ScatterND", "Range");
  }

  @Test
  void long_lists_and_many_elements_are_cut() {
    List<Long> seventeen = LongStream.range(0, 17).boxed().toList();
    assertThat(line(new Op.Opaque("", "Many", Map.of("l", seventeen), List.of())))
        .isEqualTo("Many l=[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, ...]");
    assertThat(line(new Op.Opaque("", "Few", Map.of("l", seventeen.subList(0, 16)), List.of())))
        .endsWith(", 15]");
    assertThat(Listing.describe(Tensor.ofLongs(new long[8], 2, 4)))
        .isEqualTo("INT64[2, 4] = [0, 0, 0, 0, 0, 0, 0, 0]");
    assertThat(Listing.describe(Tensor.ofLongs(new long[9], 9))).isEqualTo("INT64[9]");
    assertThat(Listing.describe(Tensor.ofLongs(new long[0], 0))).isEqualTo("INT64[0]");
    assertThat(Listing.describe(Tensor.ofFloats(new float[2], 2))).isEqualTo("FLOAT[2]");
    assertThat(Listing.describe(Tensor.of(ElementType.INT4, ByteBuffer.allocate(1), 2)))
        .isEqualTo("INT4[2]");
  }

  @Test
  void names_that_could_be_taken_for_something_else_stand_in_quotes() {
    assertThat(Listing.name("a/b:0.c-d_e")).isEqualTo("a/b:0.c-d_e");
    assertThat(Listing.name("")).isEqualTo("\"\"");
    assertThat(Listing.name("a b")).isEqualTo("\"a b\"");
    assertThat(Listing.name("a\"\\\t")).isEqualTo("\"a\\\"\\\\\\u0009\"");
    assertThat(Listing.quoted("\ud83d\ude00".repeat(61)))
        .isEqualTo("\"" + "\ud83d\ude00".repeat(60) + "...\"");
    assertThat(Listing.quoted("x".repeat(60))).isEqualTo("\"" + "x".repeat(60) + "\"");
  }
}
