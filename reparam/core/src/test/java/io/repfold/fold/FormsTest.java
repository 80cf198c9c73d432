package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Dim;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.WeightSource;
import io.repfold.graph.Window;
import io.repfold.kit.Shapes;
import io.repfold.kit.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Linear regions in the forms in which networks have them. */
class FormsTest {
  private static final Kernel POINT = Kernel.of(1);
  private static final Kernel SQUARE = Kernel.of(3);

  private final GraphBuilder b = builder(ElementType.DOUBLE);
  private final String x = b.input("x", Shapes.anyImages(4));

  private static GraphBuilder builder(ElementType type) {
    return new GraphBuilder("net", WeightSource.random(1), type).withEpsilon(0.05f);
  }

  private Verified folded(String... outputs) {
    List.of(outputs).forEach(b::output);
    return Verified.fold(b);
  }

  private String conv(String value, Kernel kernel) {
    return b.conv(value, 4, kernel, 1);
  }

  private String sum(String... values) {
    return b.add(List.of(values));
  }

  private String difference(String left, String right) {
    return b.binary(Op.Binary.Function.SUB, left, right);
  }

  private String scaled(String value) {
    String scale = b.parameter("scale", WeightSource.Role.BETA, 4, 1, 1);
    return b.binary(Op.Binary.Function.MUL, value, scale);
  }

  @Test
  void layer_scale_of_a_difference() {
    String mixed = b.batchNorm(b.conv(x, 4, SQUARE, 4));
    folded(sum(x, scaled(difference(mixed, b.batchNorm(x))))).becomes("Conv");
  }

  @Test
  void sums_of_sums_and_differences() {
    String left = sum(conv(x, SQUARE), b.batchNorm(conv(x, POINT)));
    String right = difference(x, sum(b.batchNorm(x), conv(x, Kernel.of(1, 3))));
    folded(b.batchNorm(difference(left, b.unary(Op.Unary.Function.NEG, right)))).becomes("Conv");
  }

  @Test
  void one_sum_of_many() {
    List<String> branches = List.of(conv(x, SQUARE), conv(x, POINT), x, b.batchNorm(x));
    folded(b.op("sum", new Op.Variadic(Op.Variadic.Function.SUM), branches, 4)).becomes("Conv");
  }

  @Test
  void a_value_added_to_itself() {
    String y = conv(x, SQUARE);
    folded(sum(y, y)).becomes("Conv");
  }

  @Test
  void what_cancels_out_leaves_zeros() {
    String y = b.named("y").conv(x, 4, SQUARE, 1);
    Verified verified = folded(b.batchNorm(sum(conv(x, POINT), difference(y, y))));
    assertThat(verified.types()).doesNotContain("Sub", "Add", "BatchNormalization");
  }

  @Test
  void a_residual_of_another_source() {
    String y = b.relu(conv(x, SQUARE));
    String body = sum(b.batchNorm(conv(y, SQUARE)), b.batchNorm(conv(y, POINT)));
    folded(b.relu(sum(body, x))).becomes("Conv", "Relu", "Conv", "Add", "Relu");
  }

  @Test
  void a_norm_over_two_sources_goes_into_both() {
    String y = b.relu(x);
    folded(b.batchNorm(sum(conv(x, SQUARE), conv(y, SQUARE))))
        .becomes("Relu", "Conv", "Conv", "Add");
  }

  @Test
  void a_norm_of_a_bare_residual_has_nowhere_to_go() {
    String y = conv(b.relu(x), SQUARE);
    Verified verified = folded(b.batchNorm(sum(y, x)));
    assertThat(verified.types()).contains("BatchNormalization");
  }

  @Test
  void kernels_side_by_side_of_different_groups_stay() {
    String left = b.batchNorm(b.conv(x, 2, SQUARE, 1));
    String right = b.biasedConv(x, 6, SQUARE, 2);
    folded(b.concat(List.of(left, right))).saysWhy("one convolution for all its inputs would take");
  }

  @Test
  void kernels_of_one_size_side_by_side_become_one() {
    String left = b.batchNorm(b.conv(x, 2, SQUARE, 1));
    String right = b.biasedConv(x, 6, SQUARE, 1);
    String third = b.conv(x, 2, SQUARE, 1);
    folded(b.concat(List.of(left, right, third))).becomes("Conv");
  }

  @Test
  void a_kernel_that_stands_twice_side_by_side_is_computed_once() {
    String left = b.conv(x, 2, SQUARE, 1);
    String right = b.conv(x, 6, SQUARE, 1);
    folded(b.concat(List.of(left, right, left)))
        .becomes("Conv", "Conv", "Concat")
        .saysWhy("one convolution for all its inputs would take 360 multiply-adds");
  }

  @Test
  void kernels_of_different_sizes_side_by_side_stay() {
    folded(b.concat(List.of(conv(x, SQUARE), conv(x, POINT))))
        .becomes("Conv", "Conv", "Concat")
        .saysWhy("one convolution for all its inputs would take 288 multiply-adds");
  }

  @Test
  void kernels_of_different_strides_side_by_side_stay() {
    GraphBuilder sized = builder(ElementType.DOUBLE);
    String image = sized.input("x", 1, 4, 8, 8);
    String strided = sized.conv(image, 4, SQUARE.withStride(2), 1);
    String wide = sized.conv(image, 4, Kernel.of(5).withoutPads(), 1);
    sized.output(sized.concat(List.of(strided, wide)));
    Verified.fold(sized).becomes("Conv", "Conv", "Concat").saysWhy("on different grids");
  }

  @Test
  void an_activation_side_by_side_with_a_kernel_stays() {
    folded(b.concat(List.of(conv(x, SQUARE), b.relu(conv(x, SQUARE)))))
        .becomes("Conv", "Conv", "Relu", "Concat")
        .saysWhy("comes from Relu");
  }

  @Test
  void a_concat_of_the_rows_stays() {
    folded(b.op("rows", new Op.Concat(2), List.of(conv(x, SQUARE), conv(x, SQUARE)), 4))
        .becomes("Conv", "Conv", "Concat");
  }

  /** RepVGG with a subsampling shortcut. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void any_number_of_spatial_axes(int axes) {
    GraphBuilder any = builder(ElementType.DOUBLE);
    List<Dim> dims = new ArrayList<>(List.of(new Dim.Symbol("N"), Dim.of(4)));
    for (int axis = 0; axis < axes; axis++) {
      dims.add(new Dim.Symbol("D" + axis));
    }
    String image = any.input("x", new Shape(dims));
    String square = any.batchNorm(conv(any, image, axes, 3, 2, 1));
    String point = any.batchNorm(conv(any, image, axes, 1, 2, 0));
    any.output(any.add(List.of(square, point, subsampled(any, image, axes))));
    Verified.fold(any).becomes("Conv");
  }

  private static String conv(GraphBuilder b, String x, int axes, int taps, int stride, int pad) {
    long[] dims = new long[axes + 2];
    java.util.Arrays.setAll(dims, i -> i < 2 ? 4 : taps);
    Window window =
        Window.of(Collections.nCopies(axes, stride), List.of(), Collections.nCopies(2 * axes, pad));
    Tensor weight = Tensors.random(ElementType.DOUBLE, new SplittableRandom(taps), 1, dims);
    return b.conv(x, weight, Optional.empty(), window, 1);
  }

  private static String subsampled(GraphBuilder b, String x, int axes) {
    long[] starts = new long[axes];
    long[] ends = new long[axes];
    long[] on = new long[axes];
    long[] steps = new long[axes];
    java.util.Arrays.setAll(ends, i -> Long.MAX_VALUE);
    java.util.Arrays.setAll(on, i -> i + 2);
    java.util.Arrays.setAll(steps, i -> 2);
    List<String> inputs = new ArrayList<>(List.of(x));
    for (long[] values : List.of(starts, ends, on, steps)) {
      inputs.add(b.constant(Tensor.ofLongs(values, axes)));
    }
    return b.op("every_second", new Op.Slice(Optional.empty()), inputs, 4);
  }

  @ParameterizedTest
  @CsvSource({"FLOAT, 1e-6", "FLOAT16, 2e-3", "BFLOAT16, 2e-2"})
  void every_element_type(ElementType type, double bar) {
    GraphBuilder any = builder(type);
    String image = any.input("x", Shapes.anyImages(4));
    String square = any.convBn(image, 4, SQUARE, 1);
    any.output(any.add(List.of(square, any.convBn(image, 4, POINT, 2), any.batchNorm(image))));
    Verified verified = Verified.fold(any.build(), FoldOptions.DEFAULT, bar).becomes("Conv");
    assertThat(verified.graph().initializers().values()).allMatch(t -> t.type() == type);
  }

  @Test
  void growth_lets_a_dense_kernel_take_what_is_between_its_taps() {
    b.output(sum(conv(x, SQUARE.withDilation(2)), b.averagePool(x, SQUARE, true)));
    Graph graph = b.build();
    Verified.fold(graph, FoldOptions.DEFAULT.withGrowth(2)).becomes("Conv", "AveragePool", "Add");
    Verified.fold(graph, FoldOptions.DEFAULT.withGrowth(3)).becomes("Conv");
  }

  @Test
  void a_plan_tells_what_a_fold_does() {
    b.output(b.relu(sum(conv(x, SQUARE), b.batchNorm(conv(x, POINT)), b.batchNorm(x))));
    b.output(b.batchNorm(conv(b.batchNorm(x), SQUARE)));
    Graph graph = b.build();
    FoldReport plan = Folder.plan(graph, FoldOptions.DEFAULT);
    FoldReport report = Folder.fold(graph).report();
    assertThat(plan.after()).isEqualTo(report.after());
    assertThat(plan.leftAlone()).isEqualTo(report.leftAlone());
    assertThat(plan.folded().stream().map(FoldReport.Folded::held))
        .isEqualTo(report.folded().stream().map(FoldReport.Folded::held).toList());
    assertThat(plan.folded()).hasSize(2).allMatch(f -> Double.isNaN(f.largestWeight()));
  }

  private String padded(String value, long... pads) {
    String amounts = b.initializer("pads" + value, Tensor.ofLongs(pads, pads.length));
    Op pad = new Op.Pad(Op.Pad.Mode.CONSTANT, Optional.empty(), OptionalDouble.empty());
    return b.op("pad", pad, List.of(value, amounts), 4);
  }

  @Test
  void a_negative_pad_crops() {
    String cropped = conv(padded(x, 0, 0, -1, 0, 0, 0, 0, -1), SQUARE);
    Verified verified = folded(b.batchNorm(cropped));
    assertThat(verified.types()).doesNotContain("BatchNormalization");
  }

  @Test
  void a_crop_of_what_was_padded_is_nothing() {
    String cropped = padded(padded(x, 0, 0, 1, 2, 0, 0, 3, 0), 0, 0, -1, -2, 0, 0, -3, 0);
    assertThat(folded(conv(cropped, SQUARE)).types()).doesNotContain("Pad");
  }

  @Test
  void a_pad_of_what_was_cropped_is_not() {
    Verified verified =
        folded(conv(padded(padded(x, 0, 0, -1, 0, 0, 0, 0, 0), 0, 0, 1, 0, 0, 0, 0, 0), POINT));
    assertThat(verified.types()).hasSizeGreaterThan(1);
  }

  /** The image may be smaller than what is cut off it. */
  @ParameterizedTest
  @CsvSource({"4, -6", "-6, 4", "7, -5", "-4, 2"})
  void a_crop_that_is_larger_than_the_image_beside_a_pad(int begin, int end) {
    String grown = padded(x, 0, 0, Math.max(0, begin), 0, 0, 0, Math.max(0, end), 0);
    String cut = padded(grown, 0, 0, Math.min(0, begin), 0, 0, 0, Math.min(0, end), 0);
    folded(b.batchNorm(conv(cut, POINT))).becomes("Pad", "Slice", "Conv");
  }

  @ParameterizedTest
  @CsvSource({"SAME_UPPER, 1", "SAME_LOWER, 1", "SAME_UPPER, 2", "SAME_LOWER, 2", "VALID, 2"})
  void automatic_pads(Window.AutoPad pads, int stride) {
    for (int height = 4; height < 8; height++) {
      GraphBuilder sized = builder(ElementType.DOUBLE);
      String image = sized.input("x", 1, 4, height, 5);
      sized.output(sized.batchNorm(automatic(sized, image, pads, stride)));
      Verified.fold(sized).becomes("Conv");
    }
  }

  private static String automatic(GraphBuilder b, String x, Window.AutoPad pads, int stride) {
    Window window = new Window(pads, List.of(stride, stride), List.of(1, 1), List.of());
    String weight = b.parameter("w", WeightSource.Role.KERNEL, 4, 4, 4, 3);
    return b.op("conv", new Op.Conv(window, 1), List.of(x, weight), 4);
  }

  @Test
  void automatic_pads_of_stride_one_do_not_depend_on_the_size() {
    folded(b.batchNorm(automatic(b, x, Window.AutoPad.SAME_LOWER, 1))).becomes("Conv");
  }

  @Test
  void automatic_pads_of_a_stride_do_and_a_scale_needs_none() {
    folded(
            b.batchNorm(
                automatic(b, b.unary(Op.Unary.Function.NEG, x), Window.AutoPad.SAME_UPPER, 2)))
        .becomes("Conv");
  }

  @Test
  void a_shift_before_automatic_pads_would_be_read_at_the_border() {
    folded(automatic(b, b.batchNorm(x), Window.AutoPad.SAME_UPPER, 2))
        .isLeftAlone("padded with zeros after a bias was added");
  }

  @Test
  void branches_with_automatic_pads_of_a_stride_stay_apart() {
    String wide = automatic(b, x, Window.AutoPad.SAME_UPPER, 2);
    Window window = new Window(Window.AutoPad.SAME_UPPER, List.of(2, 2), List.of(1, 1), List.of());
    String weight = b.parameter("v", WeightSource.Role.KERNEL, 4, 4, 1, 1);
    String narrow = b.op("conv", new Op.Conv(window, 1), List.of(x, weight), 4);
    folded(b.add(List.of(b.batchNorm(wide), b.batchNorm(narrow))))
        .becomes("Conv", "Conv", "Add")
        .saysWhy("an auto_pad that depends on the image size; give --shape");
  }

  @Test
  void a_given_shape_settles_them() {
    b.output(b.batchNorm(automatic(b, x, Window.AutoPad.SAME_UPPER, 2)));
    FoldOptions options = FoldOptions.DEFAULT.withShapes(Map.of("x", new long[] {2, 4, 5, 4}));
    Verified.fold(b.build(), options).becomes("Conv");
  }

  /** Pad and Slice with attributes, with inputs, and with axes. */
  @ParameterizedTest
  @ValueSource(ints = {7, 9, 10, 11, 13, 18, 19})
  void the_forms_of_every_opset(int opset) {
    Op pad =
        opset < 11
            ? new Op.Pad(
                Op.Pad.Mode.CONSTANT,
                Optional.of(List.of(0L, 0L, 2L, 0L, 0L, 0L, 1L, 3L)),
                OptionalDouble.of(0))
            : new Op.Pad(Op.Pad.Mode.CONSTANT, Optional.empty(), OptionalDouble.empty());
    List<String> pads = new ArrayList<>(List.of(x));
    if (opset >= 18) {
      pads.addAll(List.of(longs(0, 2, 3, 1), "", longs(-1, 2)));
    } else if (opset >= 11) {
      pads.add(longs(0, 0, 2, 0, 0, 0, 1, 3));
    }
    String wide = b.op("pad", pad, pads, 4);
    Op slice =
        new Op.Slice(
            opset < 10
                ? Optional.of(
                    new Op.Slice.Bounds(List.of(1L, 2L), List.of(-2L, 1L << 40), List.of(2, 3)))
                : Optional.empty());
    List<String> bounds = new ArrayList<>(List.of(wide));
    if (opset >= 10) {
      bounds.addAll(List.of(longs(1, 2), longs(-2, 1L << 40), longs(2, 3)));
    }
    b.output(b.batchNorm(conv(b.op("crop", slice, bounds, 4), Kernel.of(2, 3).withoutPads())));
    Graph graph = b.build().toBuilder().opset("", opset).build();
    Verified verified = Verified.fold(graph);
    assertThat(verified.types()).doesNotContain("BatchNormalization").contains("Conv");
  }

  private String longs(long... values) {
    return b.constant(Tensor.ofLongs(values, values.length));
  }
}
