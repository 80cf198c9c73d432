package io.repfold.train;

import static io.repfold.config.Bounds.atLeast;

import io.repfold.config.Bounds;
import io.repfold.config.NamedArguments;
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

  private OneCycle(NamedArguments settings, Run run) {
    this.top = settings.number("pct_start", Bounds.between(0, 1)).orElse(0.3) * run.steps() - 1;
    this.end = run.steps() - 1;
    this.first = 1 / settings.number("div_factor", atLeast(1)).orElse(25);
    this.last = first / settings.number("final_div_factor", atLeast(1)).orElse(1e4);
    this.highMomentum = settings.number("max_momentum", Bounds.between(0, 1)).orElse(0.95);
    this.lowMomentum = settings.number("base_momentum", Bounds.between(0, 1)).orElse(0.85);
    this.cycleMomentum = settings.flag("cycle_momentum", true);
    this.linear =
        settings.choice("anneal_strategy", "cos", List.of("cos", "linear")).equals("linear");
  }

  static OneCycle of(NamedArguments settings, Run run) {
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
