package io.repfold.train;

import static io.repfold.config.Bounds.atLeast;
import static io.repfold.config.Bounds.between;

import io.repfold.config.NamedArguments;
import java.util.Map;
import java.util.OptionalDouble;

/** Multiplies the first factors of a schedule by a line that ends at 1. */
final class WarmUp implements Schedule {
  private final Schedule schedule;
  private final long steps;
  private final double start;

  private WarmUp(Schedule schedule, long steps, double start) {
    this.schedule = schedule;
    this.steps = steps;
    this.start = start;
  }

  static Schedule of(NamedArguments settings, Run run, Schedule schedule) {
    long steps = settings.whole("warmup_steps", atLeast(0)).orElse(0);
    double epochs = settings.number("warmup_epochs", atLeast(0)).orElse(0);
    double start = settings.number("warmup_start", between(0, 1)).orElse(0.1);
    if (steps > 0 && epochs > 0) {
      throw settings.wrong("warmup_steps", "left out if 'warmup_epochs' is given");
    }
    long length = steps > 0 ? steps : Math.round(epochs * run.stepsPerEpoch());
    return length == 0 ? schedule : new WarmUp(schedule, length, start);
  }

  @Override
  public double rate(long step) {
    double share = step >= steps ? 1 : start + (1 - start) * step / steps;
    return share * schedule.rate(step);
  }

  @Override
  public OptionalDouble momentum(long step) {
    return schedule.momentum(step);
  }

  @Override
  public void observe(double metric) {
    schedule.observe(metric);
  }

  @Override
  public Map<String, Double> state() {
    return schedule.state();
  }

  @Override
  public void restore(Map<String, Double> state) {
    schedule.restore(state);
  }
}
