package io.repfold.train;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** What the learning rate is at each step. All but the plateau are pure functions of the step. */
interface Schedule {
  /** What the base rate is multiplied with in step {@code step}; the first is 0. */
  double rate(long step);

  /** The momentum of step {@code step}, if the schedule has one; else the optimizer's own. */
  default OptionalDouble momentum(long step) {
    return OptionalDouble.empty();
  }

  /** Tells the monitored figure of a validation. */
  default void observe(double metric) {}

  /** What {@link #observe} has left behind, finite numbers; empty for pure functions. */
  default Map<String, Double> state() {
    return Map.of();
  }

  /**
   * Goes on from a state.
   *
   * @throws IllegalArgumentException if it is not one of this kind of schedule
   */
  default void restore(Map<String, Double> state) {
    if (!state.isEmpty()) {
      throw new IllegalArgumentException(
          "This schedule has no state, got %s; was it saved by another?".formatted(state.keySet()));
    }
  }

  /**
   * The length of a run.
   *
   * @param steps all of them
   * @param stepsPerEpoch at least 1
   * @param baseRate learning rate that the factors are of
   * @param maximize whether a greater monitored figure is better
   */
  record Run(long steps, long stepsPerEpoch, double baseRate, boolean maximize) {
    public Run {
      if (steps < 1 || stepsPerEpoch < 1 || !(baseRate > 0)) {
        throw new IllegalArgumentException(
            "A schedule needs at least 1 step, 1 step an epoch and a rate above 0, got %d, %d, %s"
                .formatted(steps, stepsPerEpoch, baseRate));
      }
    }
  }

  /**
   * A schedule by its name, one of {@link #names()}, with the arguments of a configuration's {@code
   * lr_scheduler.args}. Each may begin with a linear warm-up: {@code warmup_steps} or {@code
   * warmup_epochs}, and {@code warmup_start}, the first step's share.
   *
   * @throws IllegalArgumentException if the name or an argument is not known
   */
  static Schedule of(String name, Map<String, Object> arguments, Run run) {
    return Schedules.of(name, arguments, run);
  }

  /** The names of all schedules. */
  static List<String> names() {
    return Schedules.names();
  }
}
