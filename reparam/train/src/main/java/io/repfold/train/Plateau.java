package io.repfold.train;

import static io.repfold.config.Bounds.atLeast;
import static io.repfold.config.Bounds.between;

import io.repfold.config.NamedArguments;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Multiplies the rate by {@code factor} whenever the monitored figure has not become better by a
 * share of {@code threshold} for more than {@code patience} validations in a row.
 */
final class Plateau implements Schedule {
  private static final String RATE = "rate";
  private static final String WORSE = "validations_without_improvement";
  private static final String BEST = "best";

  private final boolean maximize;
  private final double factor;
  private final long patience;
  private final double threshold;
  private final double floor;
  private double rate = 1;
  private double best = Double.NaN;
  private long worse;

  private Plateau(NamedArguments settings, Run run) {
    this.maximize = run.maximize();
    this.factor = settings.number("factor", between(0, 1)).orElse(0.1);
    this.patience = settings.whole("patience", atLeast(0)).orElse(10);
    this.threshold = settings.number("threshold", between(0, 1)).orElse(1e-4);
    this.floor = Schedules.floor(settings, run);
  }

  static Plateau of(NamedArguments settings, Run run) {
    return new Plateau(settings, run);
  }

  @Override
  public double rate(long step) {
    return rate;
  }

  @Override
  public void observe(double metric) {
    if (improves(metric)) {
      best = metric;
      worse = 0;
      return;
    }
    worse++;
    if (worse > patience) {
      rate = Math.max(floor, rate * factor);
      worse = 0;
    }
  }

  private boolean improves(double metric) {
    if (!Double.isFinite(metric)) {
      return false;
    }
    if (Double.isNaN(best)) {
      return true;
    }
    double margin = threshold * Math.abs(best);
    return maximize ? metric > best + margin : metric < best - margin;
  }

  @Override
  public Map<String, Double> state() {
    Map<String, Double> state = new LinkedHashMap<>();
    state.put(RATE, rate);
    state.put(WORSE, (double) worse);
    if (!Double.isNaN(best)) {
      state.put(BEST, best);
    }
    return state;
  }

  @Override
  public void restore(Map<String, Double> state) {
    Double restoredRate = state.get(RATE);
    Double restoredWorse = state.get(WORSE);
    if (restoredRate == null || restoredWorse == null) {
      throw new IllegalArgumentException(
          "The state of a plateau needs '%s' and '%s', got %s; was it saved by another schedule?"
              .formatted(RATE, WORSE, state.keySet()));
    }
    rate = restoredRate;
    worse = restoredWorse.longValue();
    best = state.getOrDefault(BEST, Double.NaN);
  }
}
