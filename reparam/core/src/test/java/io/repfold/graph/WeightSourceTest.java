package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.repfold.graph.WeightSource.Role;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WeightSourceTest {
  private static double variance(double[] values) {
    return Arrays.stream(values).map(v -> v * v).average().orElseThrow();
  }

  @Test
  void values_depend_on_seed_name_and_shape_alone() {
    double[] first = WeightSource.he(1).values("a", Role.KERNEL, 4, 3, 2, 2);
    assertThat(WeightSource.he(1).values("a", Role.KERNEL, 4, 3, 2, 2)).isEqualTo(first);
    assertThat(WeightSource.he(2).values("a", Role.KERNEL, 4, 3, 2, 2)).isNotEqualTo(first);
    assertThat(WeightSource.he(1).values("b", Role.KERNEL, 4, 3, 2, 2)).isNotEqualTo(first);
  }

  @Test
  void kernels_have_the_variance_of_he() {
    double[] kernel = WeightSource.he(1).values("a", Role.KERNEL, 64, 32, 3, 3);
    assertThat(variance(kernel)).isCloseTo(2.0 / (32 * 9), within(2e-4));
    double[] linear = WeightSource.he(1).values("a", Role.LINEAR, 64, 128);
    assertThat(variance(linear)).isCloseTo(1.0 / 128, within(3e-4));
    double[] random = WeightSource.random(1).values("a", Role.KERNEL, 64, 32, 3, 3);
    assertThat(variance(random)).isCloseTo(1.0 / (32 * 9), within(1e-4));
  }

  @Test
  void normal_kernels_have_it_by_either_fan() {
    WeightSource in = WeightSource.normal(1, WeightSource.Fan.IN);
    double[] kernel = in.values("a", Role.KERNEL, 64, 32, 3, 3);
    assertThat(variance(kernel)).isCloseTo(2.0 / (32 * 9), within(2e-4));
    assertThat(Arrays.stream(kernel).max().orElseThrow()).isGreaterThan(3 * Math.sqrt(2.0 / 288));
    WeightSource out = WeightSource.normal(1, WeightSource.Fan.OUT);
    assertThat(variance(out.values("a", Role.KERNEL, 64, 32, 3, 3)))
        .isCloseTo(2.0 / (64 * 9), within(1e-4));
    assertThat(variance(in.values("a", Role.LINEAR, 64, 128))).isCloseTo(1.0 / 128, within(3e-4));
    assertThat(out.values("b", Role.KERNEL, 4, 3, 2, 2))
        .isEqualTo(
            WeightSource.normal(1, WeightSource.Fan.OUT).values("b", Role.KERNEL, 4, 3, 2, 2))
        .isNotEqualTo(out.values("c", Role.KERNEL, 4, 3, 2, 2));
  }

  @Test
  void parameters_of_one_value_share_their_memory() {
    WeightSource halves = WeightSource.everywhere(0.5);
    assertThat(halves.values("a", Role.GAMMA, 2)).containsOnly(0.5);
    Tensor large = halves.tensor("a", Role.KERNEL, ElementType.FLOAT, 8, 4, 3, 3);
    Tensor small = halves.tensor("b", Role.GAMMA, ElementType.FLOAT, 3);
    assertThat(large.toDoubles()).hasSize(288).containsOnly(0.5);
    assertThat(small.toDoubles()).containsExactly(0.5, 0.5, 0.5);
    assertThat(halves.tensor("c", Role.BIAS, ElementType.DOUBLE, 1).toDoubles())
        .containsExactly(0.5);
  }

  @ParameterizedTest
  @MethodSource("untrained")
  void an_untrained_norm_is_the_identity(WeightSource he) {
    assertThat(he.values("a", Role.GAMMA, 3)).containsOnly(1);
    assertThat(he.values("a", Role.VARIANCE, 3)).containsOnly(1);
    assertThat(he.values("a", Role.MEAN, 3)).containsOnly(0);
    assertThat(he.values("a", Role.BETA, 3)).containsOnly(0);
    assertThat(he.values("a", Role.BIAS, 3)).containsOnly(0);
  }

  static Stream<WeightSource> untrained() {
    return Stream.of(WeightSource.he(1), WeightSource.normal(1, WeightSource.Fan.IN));
  }

  @ParameterizedTest
  @MethodSource("untrained")
  void a_grouped_identity_maps_each_channel_to_itself(WeightSource he) {
    assertThat(he.values("a", Role.IDENTITY_KERNEL, 4, 2, 1, 1))
        .containsExactly(1, 0, 0, 1, 1, 0, 0, 1);
  }

  @Test
  void random_statistics_are_far_from_the_identity() {
    WeightSource random = WeightSource.random(1);
    double[] gamma = random.values("a", Role.GAMMA, 1000);
    Set<Double> signs = new HashSet<>();
    Arrays.stream(gamma).forEach(g -> signs.add(Math.signum(g) + 0.0));
    assertThat(signs).containsExactlyInAnyOrder(-1.0, 0.0, 1.0);
    assertThat(Arrays.stream(random.values("a", Role.VARIANCE, 1000))).allMatch(v -> v > 0);
    assertThat(variance(random.values("a", Role.MEAN, 1000))).isGreaterThan(1);
    assertThat(variance(random.values("a", Role.BETA, 1000))).isGreaterThan(1);
  }

  @Test
  void a_source_of_the_wrong_size_is_refused() {
    GraphBuilder b = new GraphBuilder("test", (name, role, dims) -> new double[3]);
    String x = b.input("x", 1, 2, 3, 3);
    assertThatThrownBy(() -> b.batchNorm(x))
        .hasMessage("The weight source gives 3 values for 'bn.weight' of shape [2]");
  }
}
