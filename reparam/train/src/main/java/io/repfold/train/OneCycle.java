package io.repfold.train;

import java.util.List;
import java.util.OptionalDouble;

/**
 * One cycle (Smith and Topin, 2018), at the steps of PyTorch's {@code OneCycleLR}: the rate rises
 * from {@code base / div_factor} to the base rate in the first {@code pct_start} of the steps, then
 * falls to {@code base / (div_factor * final_div_factor)} in the last; momentum goes the other way.
 */
final class OneCycle implements Schedule {
  private final double top;
  private final double end;
  private final double first;
  private final double last;
  private final double highMomentum;
  private final double lowMomentum;
  private final boolean cycleMomentum;
  private final boolean linear;

  private OneCycle(Settings settings, Run run) {
    this.top = settings.number("pct_start", 0.3, 0, 1) * run.steps() - 1;
    this.end = run.steps() - 1;
    this.first = 1 / settings.number("div_factor", 25, 1, Double.MAX_VALUE);
    this.last = first / settings.number("final_div_factor", 1e4, 1, Double.MAX_VALUE);
    this.highMomentum = settings.number("max_momentum", 0.95, 0, 1);
    this.lowMomentum = settings.number("base_momentum", 0.85, 0, 1);
    this.cycleMomentum = settings.flag("cycle_momentum", true);
    this.linear =
        settings.choice("anneal_strategy", "cos", List.of("cos", "linear")).equals("linear");
  }

  static OneCycle of(Settings settings, Run run) {
    return new OneCycle(settings, run);
  }

  @Override
  public double rate(long step) {
    return at(step, first, 1, last);
  }

  @Override
  public OptionalDouble momentum(long step) {
    return cycleMomentum
        ? OptionalDouble.of(at(step, highMomentum, lowMomentum, highMomentum))
        : OptionalDouble.empty();
  }

  private double at(long step, double from, double peak, double to) {
    if (step < top) {
      return between(from, peak, step / top);
    }
    double length = end - Math.max(top, 0);
    return length <= 0 ? peak : between(peak, to, Math.min(1, (step - Math.max(top, 0)) / length));
  }

  private double between(double from, double to, double share) {
    double way = linear ? share : (1 - Math.cos(Math.PI * share)) / 2;
    return from + (to - from) * way;
  }
}
