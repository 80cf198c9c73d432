package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.blocks.RepKind;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Tensor;
import io.repfold.graph.WeightSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the branches of a new block start from: behind weights w, the variance is the sum of their
 * squares, and a branch has the wanted fraction of the deviation of the whole.
 */
class BranchStartsTest {
  private static final double EPSILON = 1e-5f;
  private static final Percentage SAME = Percentage.withPercentage(1e-9);

  private final GraphBuilder b =
      new GraphBuilder("net", WeightSource.random(1), ElementType.DOUBLE);
  private final String x = b.input("x", 1, 4, 6, 5);

  private Graph convolution(int groups) {
    b.output(b.named("c").biasedConv(x, 4, Kernel.of(3), groups));
    return b.build();
  }

  private static double[] parameter(Graph graph, String name) {
    return graph.constant("c_2." + name).orElseThrow().toDoubles();
  }

  /** The sums of squares of each output channel. */
  private static double[] squares(double[] weight, int channels) {
    double[] sums = new double[channels];
    for (int i = 0; i < weight.length; i++) {
      sums[i / (weight.length / channels)] += weight[i] * weight[i];
    }
    return sums;
  }

  private static void assertSame(double[] found, double[] wanted) {
    assertThat(found).hasSameSizeAs(wanted);
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i]).as("channel %d", i).isCloseTo(wanted[i], SAME);
    }
  }

  private static double[] filled(int length, double value) {
    double[] values = new double[length];
    Arrays.fill(values, value);
    return values;
  }

  private static double[] deviations(Graph before) {
    double[] squares = squares(before.constant("c.weight").orElseThrow().toDoubles(), 4);
    return Arrays.stream(squares).map(Math::sqrt).toArray();
  }

  private static double[] times(double factor, double[] values) {
    return Arrays.stream(values).map(v -> factor * v).toArray();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 2})
  void each_branch_has_its_fraction_of_the_whole(double scale) {
    Graph before = convolution(1);
    Graph block = Expander.expand(before, ExpandOptions.of(RepKind.DBB4).withScale(scale)).graph();
    double[] wanted = times(scale, deviations(before));
    for (String branch : new String[] {"pointwise", "sequence", "average", "identity"}) {
      String norm = branch.equals("sequence") || branch.equals("average") ? ".bn_2" : ".bn";
      assertSame(parameter(block, branch + norm + ".weight"), wanted);
      assertThat(parameter(block, branch + norm + ".running_mean")).containsOnly(0);
    }
  }

  @Test
  void variances_are_those_behind_the_weights() {
    Graph block = Expander.expand(convolution(1), ExpandOptions.of(RepKind.DBB4)).graph();
    double[] point = parameter(block, "pointwise.conv.weight");
    assertSame(parameter(block, "pointwise.bn.running_var"), squares(point, 4));
    // An identity's is 1, written as a number that no untrained normalization has.
    assertSame(parameter(block, "identity.bn.running_var"), filled(4, 255.0 / 256));
    double[] mixed = parameter(block, "average.conv.weight");
    assertSame(parameter(block, "average.bn.running_var"), squares(mixed, 4));
    assertSame(parameter(block, "average.bn_2.running_var"), filled(4, 1.0 / 9));
    double[] second = parameter(block, "sequence.conv_2.weight");
    assertSame(parameter(block, "sequence.bn_2.running_var"), squares(second, 4));
  }

  /** A norm inside a branch keeps the factor of the weight source, which is 1. */
  @Test
  void an_inner_norm_keeps_its_factor() {
    Graph block = Expander.expand(convolution(1), ExpandOptions.of(RepKind.DBB)).graph();
    assertThat(parameter(block, "sequence.bn.weight")).containsOnly(1);
    assertThat(parameter(block, "average.bn.weight")).containsOnly(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"PLAIN", "ACB", "REPVGG", "DBB", "MOBILEONE", "LARGEKERNEL"})
  void the_own_kernel_takes_the_remainder_behind_a_factor_of_1(RepKind kind) {
    Graph block = Expander.expand(convolution(2), ExpandOptions.of(kind)).graph();
    String own = kind == RepKind.MOBILEONE ? "kxk0" : "kxk";
    double[] variance = parameter(block, own + ".bn.running_var");
    double[] wanted = Arrays.stream(variance).map(v -> Math.sqrt(v + EPSILON)).toArray();
    assertSame(parameter(block, own + ".bn.weight"), wanted);
    assertSame(variance, squares(parameter(block, own + ".conv.weight"), 4));
  }

  /** Weights and statistics of the source are kept in these units. */
  @Test
  void statistics_of_the_weight_source_are_in_units_of_the_deviation() {
    WeightSource source = WeightSource.random(3);
    ExpandOptions options = ExpandOptions.of(RepKind.REPVGG).withWeights(source);
    Graph block = Expander.expand(convolution(1), options).graph();
    double[] squares = squares(parameter(block, "pointwise.conv.weight"), 4);
    double[] mean = source.values("c_2.pointwise.bn.running_mean", WeightSource.Role.MEAN, 4);
    double[] variance =
        source.values("c_2.pointwise.bn.running_var", WeightSource.Role.VARIANCE, 4);
    Arrays.setAll(mean, i -> mean[i] * Math.sqrt(squares[i]));
    Arrays.setAll(variance, i -> variance[i] * squares[i]);
    assertSame(parameter(block, "pointwise.bn.running_mean"), mean);
    assertSame(parameter(block, "pointwise.bn.running_var"), variance);
  }

  private static Graph withChannels(Graph graph, double... factors) {
    Tensor old = graph.constant("c.weight").orElseThrow();
    double[] values = old.toDoubles();
    Arrays.setAll(values, i -> values[i] * factors[i / (values.length / 4)]);
    Map<String, Tensor> all = new LinkedHashMap<>(graph.initializers());
    all.put("c.weight", Tensor.ofDoubles(ElementType.DOUBLE, values, old.dims()));
    return graph.toBuilder().replaceInitializers(all).build();
  }

  @Test
  void a_channel_without_weights_starts_as_the_others_do_on_average() {
    Graph before = withChannels(convolution(1), 1, 0, 1, 0);
    double[] wanted = deviations(before);
    double mean = Math.sqrt(Arrays.stream(wanted).map(d -> d * d).average().orElseThrow());
    wanted[1] = mean;
    wanted[3] = mean;
    Graph block = Expander.expand(before, ExpandOptions.of(RepKind.REPVGG)).graph();
    assertSame(parameter(block, "pointwise.bn.weight"), times(0.1, wanted));
  }

  @Test
  void channels_that_are_all_without_weights_start_at_1() {
    Graph before = withChannels(convolution(1), 0, 0, 0, 0);
    Graph block = Expander.expand(before, ExpandOptions.of(RepKind.REPVGG)).graph();
    assertSame(parameter(block, "pointwise.bn.weight"), filled(4, 0.1));
  }

  /** One norm behind the sum: its factor is the fraction of the whole, its variance the sum's. */
  @Test
  void a_norm_of_the_sum_scales_the_branches_to_the_identity() {
    Graph before = convolution(1);
    double scale = 0.25;
    Graph block =
        Expander.expand(before, ExpandOptions.of(RepKind.QAREPVGG).withScale(scale)).graph();
    assertSame(squares(parameter(block, "pointwise.conv.weight"), 4), filled(4, 1));
    double[] variance = parameter(block, "bn.running_var");
    assertSame(variance, filled(4, 1 / (scale * scale)));
    double[] gamma = deviations(before);
    Arrays.setAll(gamma, i -> scale * gamma[i] * Math.sqrt(variance[i] + EPSILON));
    assertSame(parameter(block, "bn.weight"), gamma);
    assertThat(parameter(block, "bn.bias"))
        .isEqualTo(before.constant("c.bias").orElseThrow().toDoubles());
    assertThat(parameter(block, "bn.running_mean")).containsOnly(0);
    double[] own = parameter(block, "kxk.bn.running_var");
    assertSame(
        parameter(block, "kxk.bn.weight"),
        Arrays.stream(own).map(v -> Math.sqrt(v + EPSILON)).toArray());
  }
}
