package io.repfold.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ScheduleTest {
  private static final Offset<Double> EXACT = within(1e-12);

  private static Schedule of(String name, Map<String, Object> args, long steps) {
    return Schedule.of(name, args, new Schedule.Run(steps, 10, 0.5, true));
  }

  private static void assertRates(Schedule schedule, Map<Integer, Double> expected) {
    expected.forEach(
        (step, rate) -> assertThat(schedule.rate(step)).as("step %d", step).isCloseTo(rate, EXACT));
  }

  @Test
  void poly_begins_at_the_base_rate_and_ends_above_zero() {
    assertRates(
        of("Poly", Map.of(), 100),
        Map.of(0, 1.0, 1, 0.9909954834128342, 50, 0.5358867312681466, 99, 0.015848931924611145));
    assertRates(
        of("Poly", Map.of("power", 1, "min_rate", 0.05), 100),
        Map.of(0, 1.0, 50, 0.55, 99, 0.109, 100, 0.1, 1000, 0.1));
  }

  /** Against torch.optim.lr_scheduler.OneCycleLR with max_lr = 1. */
  @Test
  void one_cycle_is_that_of_pytorch() {
    Schedule cycle = of("OneCycle", Map.of(), 100);
    assertRates(
        cycle,
        Map.of(
            0, 0.04,
            1, 0.042813780565907456,
            15, 0.5459866761210004,
            29, 1.0,
            50, 0.793893450575732,
            98, 0.0005074647154757879,
            99, 4e-6));
    Map.of(0, 0.95, 1, 0.9497068978577179, 29, 0.85, 50, 0.8706107373853763, 99, 0.95)
        .forEach(
            (step, momentum) ->
                assertThat(cycle.momentum(step).orElseThrow()).isCloseTo(momentum, EXACT));

    Map<String, Object> args =
        Map.of(
            "anneal_strategy",
            "linear",
            "pct_start",
            0.25,
            "div_factor",
            10,
            "final_div_factor",
            100);
    assertRates(of("OneCycle", args, 40), Map.of(0, 0.1, 1, 0.2, 9, 1.0, 20, 0.6337, 39, 0.001));
    assertThat(of("OneCycle", Map.of("cycle_momentum", false), 40).momentum(3)).isEmpty();
  }

  /** Against torch.optim.lr_scheduler.CosineAnnealingLR with T_max = 100 and eta_min = 0.01. */
  @Test
  void cosine_is_that_of_pytorch() {
    assertRates(
        of("Cosine", Map.of("min_rate", 0.005), 100),
        Map.of(0, 1.0, 1, 0.9997557473810371, 50, 0.505, 99, 0.010244252618962857));
  }

  @Test
  void steps_fall_at_epochs() {
    assertRates(
        of("Step", Map.of("step_size", 2, "gamma", 0.5), 100),
        Map.of(0, 1.0, 19, 1.0, 20, 0.5, 50, 0.25, 99, 0.0625));
    assertRates(
        of("MultiStep", Map.of("milestones", List.of(3, 5)), 100),
        Map.of(0, 1.0, 29, 1.0, 30, 0.1, 49, 0.1, 50, 0.01, 99, 0.01));
    assertRates(of("Constant", Map.of(), 100), Map.of(0, 1.0, 50, 1.0, 99, 1.0));
  }

  /** Against torch.optim.lr_scheduler.ReduceLROnPlateau. */
  @Test
  void a_plateau_is_that_of_pytorch_and_goes_on_from_its_state() {
    Map<String, Object> args =
        Map.of("factor", 0.5, "patience", 1, "threshold", 0.01, "min_rate", 0.1);
    List<Double> metrics = List.of(.5, .6, .6, .603, .61, .61, .5, .4, .3, .2, .1);
    Schedule plateau = of("Plateau", args, 100);
    List<Double> rates = new ArrayList<>();
    for (double metric : metrics) {
      plateau.observe(metric);
      rates.add(plateau.rate(7));
      Schedule restored = of("Plateau", args, 100);
      restored.restore(plateau.state());
      plateau = restored;
    }
    assertThat(rates).containsExactly(1., 1., 1., .5, .5, .5, .25, .25, .2, .2, .2);
  }

  @Test
  void a_plateau_of_a_loss_waits_for_less_and_takes_nan_for_no_improvement() {
    Schedule plateau =
        Schedule.of("Plateau", Map.of("patience", 0), new Schedule.Run(100, 10, 0.5, false));
    plateau.observe(Double.NaN);
    assertThat(plateau.rate(0)).isEqualTo(0.1);
    plateau.observe(2);
    plateau.observe(1);
    assertThat(plateau.rate(0)).isEqualTo(0.1);
    plateau.observe(1);
    assertThat(plateau.rate(0)).isCloseTo(0.01, EXACT);
    assertThatThrownBy(() -> plateau.restore(Map.of()))
        .hasMessageContaining("was it saved by another schedule?");
    assertThatThrownBy(() -> of("Poly", Map.of(), 100).restore(plateau.state()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_warm_up_rises_to_the_schedule() {
    Schedule steps = of("Constant", Map.of("warmup_steps", 4, "warmup_start", 0.2), 100);
    assertRates(steps, Map.of(0, 0.2, 1, 0.4, 3, 0.8, 4, 1.0, 99, 1.0));
    Schedule epochs = of("Poly", Map.of("warmup_epochs", 0.5, "power", 1), 100);
    assertRates(epochs, Map.of(0, 0.1, 1, 0.28 * 0.99, 5, 0.95, 50, 0.5));
    Schedule plateau = of("Plateau", Map.of("warmup_steps", 2, "patience", 0), 100);
    plateau.observe(1);
    plateau.observe(0);
    assertRates(plateau, Map.of(0, 0.01, 2, 0.1));
    assertThat(of("OneCycle", Map.of("warmup_steps", 2), 100).momentum(0)).hasValue(0.95);
  }

  static List<String> names() {
    return Schedule.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void runs_of_any_length_have_rates_between_zero_and_the_base(String name) {
    Map<String, Object> args =
        name.equals("MultiStep") ? Map.of("milestones", List.of(1)) : Map.of();
    for (int steps : List.of(1, 2, 3, 4, 7, 101)) {
      Schedule schedule = of(name, args, steps);
      for (int step = 0; step < steps; step++) {
        assertThat(schedule.rate(step))
            .as("%d of %d", step, steps)
            .isPositive()
            .isLessThanOrEqualTo(1);
      }
    }
  }

  @Test
  void mistakes_in_a_configuration_are_named() {
    assertThatThrownBy(() -> of("Ploy", Map.of(), 10)).hasMessageContaining("mean 'Poly'");
    assertThatThrownBy(() -> of("Poly", Map.of("powr", 1), 10))
        .hasMessage("lr_scheduler.args of Poly: there is no 'powr'; did you mean 'power'?");
    assertThatThrownBy(() -> of("Poly", Map.of("warmup_steps", 1, "warmup_epochs", 1), 10))
        .hasMessageContaining("left out if 'warmup_epochs'");
    assertThatThrownBy(() -> of("MultiStep", Map.of(), 10)).hasMessageContaining("'milestones'");
    assertThatThrownBy(() -> of("Cosine", Map.of("min_rate", 1), 10))
        .hasMessageContaining("at most optimizer.args.lr, which is 0.5");
  }
}
