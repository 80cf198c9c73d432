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
import io.repfold.graph.Value;
import io.repfold.graph.WeightSource;
import io.repfold.graph.WeightSource.Role;
import io.repfold.graph.Window;
import io.repfold.kit.Tensors;
import io.repfold.kit.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What must not fold, or does not pay, is left alone with its reason; beside each case its twin,
 * where the condition just holds.
 */
class RefusalsTest {
  private static final Kernel POINT = Kernel.of(1);
  private static final Kernel SQUARE = Kernel.of(3);

  private final GraphBuilder b =
      new GraphBuilder("net", WeightSource.random(1), ElementType.DOUBLE).withEpsilon(0.05f);
  private final String x = b.input("x", image("H", "W"));

  /** Four channels; any batch, and any size of these names. */
  private static Shape image(String height, String width) {
    return new Shape(
        List.of(new Dim.Symbol("N"), Dim.of(4), new Dim.Symbol(height), new Dim.Symbol(width)));
  }

  private Verified folded(String... outputs) {
    Arrays.stream(outputs).forEach(b::output);
    return Verified.fold(b);
  }

  private String conv(String value, Kernel kernel) {
    return b.conv(value, b.channels(value), kernel, 1);
  }

  private String sum(String... values) {
    return b.add(List.of(values));
  }

  @Test
  void a_plain_average_beside_a_dilated_kernel() {
    folded(sum(conv(x, SQUARE.withDilation(2)), b.averagePool(x, SQUARE, true)))
        .isLeftAlone("3x3 kernel of dilation 2", "would need a 5x5 kernel", "instead of");
  }

  @Test
  void a_plain_average_beside_a_plain_kernel_folds() {
    folded(sum(conv(x, SQUARE), b.averagePool(x, SQUARE, true))).becomes("Conv");
  }

  @Test
  void a_dilated_average_beside_a_kernel_of_that_dilation_folds() {
    Tensor taps = Tensors.filled(ElementType.DOUBLE, 1.0 / 9, 4, 1, 3, 3);
    Kernel dilated = SQUARE.withDilation(2);
    String average = b.conv(x, taps, Optional.empty(), dilated.window(), 4);
    folded(sum(conv(x, dilated), average)).becomes("Conv");
  }

  @Test
  void a_biased_pointwise_before_zero_pads() {
    folded(conv(b.biasedConv(x, 4, POINT, 1), SQUARE))
        .isLeftAlone("behind 'conv'", "padded with zeros after a bias was added");
  }

  @Test
  void a_normalized_pointwise_before_zero_pads() {
    folded(b.batchNorm(conv(b.convBn(x, 4, POINT, 1), SQUARE)))
        .becomes("Conv", "Conv")
        .saysWhy("padded with zeros after a bias was added");
  }

  @Test
  void a_pointwise_without_bias_before_zero_pads_folds() {
    folded(b.batchNorm(conv(conv(x, POINT), SQUARE))).becomes("Conv");
  }

  @Test
  void a_biased_pointwise_before_a_kernel_without_pads_folds() {
    folded(conv(b.biasedConv(x, 4, POINT, 1), SQUARE.withoutPads())).becomes("Conv");
  }

  @Test
  void zeros_padded_before_the_norm_fold() {
    String bordered = b.batchNorm(b.pad(conv(x, POINT), 1, 1, 1, 1));
    folded(b.batchNorm(conv(bordered, SQUARE.withoutPads()))).becomes("Conv");
  }

  @Test
  void zeros_padded_after_the_norm() {
    String bordered = b.pad(b.batchNorm(conv(x, POINT)), 1, 1, 1, 1);
    folded(b.batchNorm(conv(bordered, SQUARE.withoutPads())))
        .becomes("Conv", "Conv")
        .saysWhy("padded with zeros after a bias was added");
  }

  /** Many channels between the two kernels, so that one 5x5 kernel would be cheaper. */
  private String chain(Kernel second) {
    return b.conv(b.conv(x, 16, SQUARE, 1), 4, second, 1);
  }

  @Test
  void a_padded_kernel_behind_a_kernel() {
    folded(chain(SQUARE)).isLeftAlone("a wider kernel before it would still read image");
  }

  @Test
  void a_kernel_padded_on_one_side_only_behind_a_kernel() {
    folded(chain(SQUARE.withPads(0, 0, 0, 1)))
        .isLeftAlone("a wider kernel before it would still read image");
  }

  @Test
  void a_kernel_without_pads_behind_a_kernel_folds() {
    folded(chain(SQUARE.withoutPads())).becomes("Conv");
  }

  @Test
  void a_kernel_padded_across_the_one_before_folds() {
    Kernel column = Kernel.of(3, 1);
    Kernel row = Kernel.of(1, 3);
    folded(b.conv(b.conv(x, 16, column, 1), 4, row, 1)).becomes("Conv");
  }

  @Test
  void a_padded_average_that_does_not_count_its_pads() {
    folded(b.batchNorm(b.averagePool(x, SQUARE, false)))
        .isLeftAlone("count_include_pad is 0", "divides by fewer elements");
  }

  @Test
  void without_pads_it_does_not_matter_whether_they_count() {
    String known = b.input("z", image("7", "6"));
    folded(b.batchNorm(b.averagePool(known, SQUARE.withoutPads(), false))).becomes("Conv");
  }

  @Test
  void a_padded_average_that_counts_its_pads_folds() {
    folded(b.batchNorm(b.averagePool(x, SQUARE, true))).becomes("Conv");
  }

  @Test
  void an_activation_inside_a_branch() {
    folded(sum(b.relu(conv(x, SQUARE)), conv(x, POINT)))
        .isLeftAlone("a branch holds Relu 'relu'", "not linear");
  }

  @Test
  void an_activation_after_the_sum_lets_it_fold() {
    folded(b.relu(sum(conv(x, SQUARE), conv(x, POINT)))).becomes("Conv", "Relu");
  }

  private String batchNorm(String value, boolean training) {
    List<String> inputs = new ArrayList<>(List.of(value));
    for (Role role : List.of(Role.GAMMA, Role.BETA, Role.MEAN, Role.VARIANCE)) {
      inputs.add(b.parameter("norm_" + role, role, 4));
    }
    return b.op("norm", new Op.BatchNormalization(0.1f, 0.9f, training), inputs, 4);
  }

  @Test
  void statistics_of_the_batch() {
    Verified verified = folded(batchNorm(conv(x, SQUARE), true)).isLeftAlone("training mode");
    assertThat(verified.report().warnings()).anyMatch(w -> w.contains("training mode"));
  }

  @Test
  void running_statistics_fold() {
    folded(batchNorm(conv(x, SQUARE), false)).becomes("Conv");
  }

  @Test
  void a_value_that_is_also_an_output() {
    String y = conv(x, SQUARE);
    folded(y, b.batchNorm(y)).isLeftAlone("'" + y + "' is also a graph output");
  }

  @Test
  void a_value_that_an_activation_reads_too() {
    String y = conv(x, SQUARE);
    folded(b.relu(y), b.batchNorm(y))
        .isLeftAlone("'" + y + "' is also read by Relu", "computing it twice does not pay");
  }

  @Test
  void a_value_read_by_two_branches_of_one_sum_folds() {
    String y = conv(x, SQUARE);
    folded(sum(b.batchNorm(y), b.batchNorm(y))).becomes("Conv");
  }

  @Test
  void branches_of_different_strides() {
    GraphBuilder sized = new GraphBuilder("net", WeightSource.random(1), ElementType.DOUBLE);
    String image = sized.input("x", 1, 4, 8, 8);
    String strided = sized.conv(image, 4, SQUARE.withStride(2), 1);
    String wide = sized.conv(image, 4, Kernel.of(5).withoutPads(), 1);
    sized.output(sized.add(List.of(strided, wide)));
    Verified.fold(sized).isLeftAlone("different strides or output grids");
  }

  @Test
  void branches_of_one_stride_fold() {
    folded(sum(conv(x, SQUARE.withStride(2)), conv(x, Kernel.of(5).withStride(2)))).becomes("Conv");
  }

  @Test
  void branches_whose_outputs_agree_at_this_size_become_one_for_it() {
    branches(Shape.of(1, 4, 7, 7)).becomes("Conv");
  }

  @Test
  void branches_whose_outputs_agree_at_some_sizes_stay_where_sizes_are_open() {
    Dim width = new Dim.Symbol("W");
    branches(new Shape(List.of(Dim.of(1), Dim.of(4), Dim.of(7), width)))
        .isLeftAlone("different strides or output grids");
  }

  private static Verified branches(Shape image) {
    GraphBuilder sized = new GraphBuilder("net", WeightSource.random(1), ElementType.DOUBLE);
    String x = sized.input("x", image);
    String tight = sized.conv(x, 4, SQUARE.withStride(2).withPads(0, 0, 0, 0), 1);
    String loose = sized.conv(x, 4, SQUARE.withStride(2).withPads(0, 0, 1, 1), 1);
    sized.output(sized.add(List.of(tight, loose)));
    return Verified.fold(sized);
  }

  @ParameterizedTest
  @CsvSource({"5, 6", "6, 7"})
  void ceil_mode_that_adds_a_position(int height, int width) {
    ceiling(height, width).isLeftAlone("ceil_mode may add a last position");
  }

  @Test
  void ceil_mode_that_adds_nothing_at_this_size_folds() {
    ceiling(6, 8).becomes("Conv");
  }

  @Test
  void ceil_mode_at_unknown_sizes() {
    folded(b.batchNorm(b.op("pool", ceilingPool(), List.of(x), 4)))
        .isLeftAlone("ceil_mode may add a last position");
  }

  private static Op ceilingPool() {
    Window window = Window.of(List.of(2, 2), List.of(), List.of());
    return new Op.AveragePool(List.of(2, 2), window, true, true);
  }

  private static Verified ceiling(int height, int width) {
    GraphBuilder sized = new GraphBuilder("net", WeightSource.random(1), ElementType.DOUBLE);
    String image = sized.input("x", 1, 4, height, width);
    sized.output(sized.batchNorm(sized.op("pool", ceilingPool(), List.of(image), 4)));
    return Verified.fold(sized);
  }

  @ParameterizedTest
  @ValueSource(strings = {"conv.weight", "conv.bias", "bn.weight", "bn.running_var"})
  void a_parameter_that_callers_may_replace(String parameter) {
    b.output(b.batchNorm(b.named("conv").biasedConv(x, 4, SQUARE, 1)));
    Graph graph = b.build();
    Tensor tensor = graph.initializers().get(parameter);
    Value input = Value.of(parameter, ElementType.DOUBLE, Shape.of(tensor.dims()));
    Verified.fold(graph.toBuilder().input(input).build())
        .isLeftAlone("'%s' is also a graph input".formatted(parameter), "callers may replace it");
    Verified.fold(graph).becomes("Conv");
  }

  @ParameterizedTest
  @ValueSource(strings = {"conv.weight", "conv.bias", "bn.weight", "bn.running_var"})
  void a_parameter_that_is_computed_at_run_time(String parameter) {
    b.output(b.batchNorm(b.named("conv").biasedConv(x, 4, SQUARE, 1)));
    Graph graph = b.build();
    Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
    Tensor tensor = initializers.remove(parameter);
    Value input = Value.of(parameter, ElementType.DOUBLE, Shape.of(tensor.dims()));
    Graph dynamic = graph.toBuilder().replaceInitializers(initializers).input(input).build();
    Folder.Result result = Folder.fold(dynamic);
    assertThat(result.graph()).isEqualTo(dynamic);
    assertThat(result.report().leftAlone().toString())
        .contains("'%s' is computed at run time".formatted(parameter));
  }

  @ParameterizedTest
  @CsvSource({"H, W, true", "H, W2, false", "H2, W, false", "W, H, false"})
  void a_norm_over_a_residual_sum_folds_where_the_sum_surely_does_not_broadcast(
      String height, String width, boolean folds) {
    String other = b.input("other", image(height, width));
    b.output(b.batchNorm(sum(conv(x, SQUARE), conv(other, SQUARE))));
    Graph graph = b.build();
    if (folds) {
      Verified.fold(graph).becomes("Conv", "Conv", "Add");
    } else {
      Verified.fold(atSize(graph, 5, 5)).becomes("Conv", "Conv", "Add");
      FoldReport report = Folder.fold(graph).report();
      assertThat(report.folded()).isEmpty();
      assertThat(report.leftAlone().toString())
          .contains("shapes of its inputs are not known to be equal")
          .contains(height + ", " + width)
          .contains("give --shape");
    }
  }

  private static Graph atSize(Graph graph, long height, long width) {
    List<Value> inputs =
        graph.inputs().stream()
            .map(i -> Value.of(i.name(), i.type().orElseThrow(), Shape.of(2, 4, height, width)))
            .toList();
    return graph.toBuilder().replaceInputs(inputs).build();
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.0500001, -1, Double.NaN, Double.NEGATIVE_INFINITY})
  void a_variance_without_a_square_root(double variance) {
    b.output(b.batchNorm(conv(x, SQUARE)));
    Verified.fold(Weights.filled(b.build(), "bn.running_var", variance))
        .isLeftAlone("channel 0 has no finite scale and shift", "variance");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bn.weight", "bn.bias", "bn.running_mean"})
  void a_norm_with_a_parameter_that_is_not_a_number(String parameter) {
    b.output(b.batchNorm(conv(x, SQUARE)));
    Verified.fold(Weights.filled(b.build(), parameter, Double.NaN))
        .isLeftAlone("channel 0 has no finite scale and shift", "NaN");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.04, 1e30})
  void a_variance_with_a_square_root_folds(double variance) {
    b.output(b.batchNorm(conv(x, SQUARE)));
    Verified.fold(Weights.filled(b.build(), "bn.running_var", variance)).becomes("Conv");
  }

  @Test
  void a_weight_that_is_not_a_number() {
    b.output(b.batchNorm(b.named("conv").conv(x, 4, SQUARE, 1)));
    Verified.fold(Weights.filled(b.build(), "conv.weight", Double.NaN))
        .isLeftAlone("of the folded convolution is NaN or too large for DOUBLE");
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT16, 60, 1000, true",
    "FLOAT16, 70, 1000, false",
    "BFLOAT16, 70, 1000, true",
    "FLOAT, 1e30, 1e7, true",
    "FLOAT, 1e30, 1e9, false",
    "BFLOAT16, 1e30, 1e9, false"
  })
  void a_weight_that_the_element_type_cannot_hold(
      ElementType type, double weight, double gamma, boolean fits) {
    GraphBuilder small = new GraphBuilder("net", WeightSource.random(1), type);
    String image = small.input("x", image("H", "W"));
    small.output(small.batchNorm(small.named("conv").conv(image, 4, SQUARE, 1)));
    Graph graph = Weights.filled(small.build(), "conv.weight", weight);
    graph = Weights.filled(Weights.filled(graph, "bn.weight", gamma), "bn.running_var", 1);
    Verified verified = Verified.fold(graph, FoldOptions.DEFAULT, 1e-2);
    if (fits) {
      verified.becomes("Conv");
    } else {
      verified.isLeftAlone("is NaN or too large for " + type);
    }
  }

  @Test
  void a_sum_that_broadcasts_pixels() {
    String squeezed = conv(b.globalAveragePool(x), POINT);
    folded(b.batchNorm(sum(conv(x, SQUARE), squeezed)))
        .isLeftAlone("shapes of its inputs are not known to be equal", "4, 1, 1");
  }

  @Test
  void a_sum_that_broadcasts_channels() {
    folded(b.batchNorm(b.binary(Op.Binary.Function.ADD, conv(x, SQUARE), b.conv(x, 1, POINT, 1))))
        .isLeftAlone("its input comes from Add", "not linear");
  }

  @Test
  void a_map_of_factors() {
    String factors = conv(x, POINT);
    folded(b.batchNorm(b.binary(Op.Binary.Function.MUL, conv(x, SQUARE), factors)))
        .isLeftAlone("its input comes from Mul", "not linear");
  }

  @ParameterizedTest
  @CsvSource({
    "ADD, ''",
    "MUL, ''",
    "SUB, 1",
    "ADD, 1x1x1x1",
    "MUL, 4x1x1",
    "SUB, 4x1x1",
    "DIV, 1x4x1x1"
  })
  void a_constant_of_one_number_or_one_a_channel_folds(Op.Binary.Function function, String dims) {
    folded(b.batchNorm(b.binary(function, conv(x, SQUARE), constant(dims)))).becomes("Conv");
  }

  @ParameterizedTest
  @CsvSource({"ADD, 5x4", "MUL, 1x5x4", "MUL, 5x1", "ADD, 4", "ADD, 2x4x1x1", "SUB, 4x5x1"})
  void a_constant_that_differs_from_pixel_to_pixel(Op.Binary.Function function, String dims) {
    folded(b.batchNorm(b.binary(function, conv(x, SQUARE), constant(dims))))
        .isLeftAlone("its input comes from " + function.type(), "not linear");
  }

  private String constant(String dims) {
    long[] sizes =
        dims.isEmpty()
            ? new long[0]
            : Arrays.stream(dims.split("x", -1)).mapToLong(Long::parseLong).toArray();
    double[] values = new double[(int) Tensor.count(sizes)];
    Arrays.setAll(values, i -> 0.5 + i);
    return b.initializer("constant", Tensor.ofDoubles(ElementType.DOUBLE, values, sizes));
  }

  @Test
  void dividing_a_constant_by_the_image() {
    folded(
            b.batchNorm(
                b.op(
                    "div",
                    new Op.Binary(Op.Binary.Function.DIV),
                    List.of(constant("4x1x1"), conv(x, SQUARE)),
                    4)))
        .isLeftAlone("its input comes from Div", "not linear");
  }

  @Test
  void subtracting_the_image_from_a_constant_folds() {
    String difference =
        b.op(
            "sub",
            new Op.Binary(Op.Binary.Function.SUB),
            List.of(constant("4x1x1"), conv(x, SQUARE)),
            4);
    folded(b.batchNorm(difference)).becomes("Conv");
  }

  @Test
  void a_norm_before_zero_pads() {
    folded(conv(b.batchNorm(x), SQUARE)).isLeftAlone("padded with zeros after a bias was added");
  }

  @Test
  void a_norm_before_a_kernel_without_pads_folds() {
    folded(conv(b.batchNorm(x), SQUARE.withoutPads())).becomes("Conv");
  }

  @Test
  void a_norm_without_shift_before_zero_pads_folds() {
    b.output(conv(b.batchNorm(x), SQUARE));
    Graph graph = Weights.filled(Weights.filled(b.build(), "bn.bias", 0), "bn.running_mean", 0);
    Verified.fold(graph).becomes("Conv");
  }
}
