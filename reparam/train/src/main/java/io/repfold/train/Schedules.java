package io.repfold.train;

import io.repfold.graph.Spelling;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** The schedules by name. */
final class Schedules {
  private static final Map<String, BiFunction<Settings, Schedule.Run, Schedule>> KINDS =
      new LinkedHashMap<>();

  static {
    KINDS.put("Poly", Schedules::poly);
    KINDS.put("OneCycle", OneCycle::of);
    KINDS.put("Cosine", Schedules::cosine);
    KINDS.put("Constant", (settings, run) -> step -> 1);
    KINDS.put("Step", Schedules::step);
    KINDS.put("MultiStep", Schedules::multiStep);
    KINDS.put("Plateau", Plateau::of);
  }

  private Schedules() {}

  static List<String> names() {
    return List.copyOf(KINDS.keySet());
  }

  static Schedule of(String name, Map<String, Object> arguments, Schedule.Run run) {
    var kind = KINDS.get(name);
    if (kind == null) {
      throw new IllegalArgumentException(
          "lr_scheduler.type: there is no '%s'%s".formatted(name, Spelling.hint(name, names())));
    }
    Settings settings = new Settings("lr_scheduler.args of " + name, arguments);
    Schedule schedule = WarmUp.of(settings, run, kind.apply(settings, run));
    settings.finish();
    return schedule;
  }

  /** The least factor, from {@code min_rate}, a learning rate. */
  static double floor(Settings settings, Schedule.Run run) {
    double least = settings.number("min_rate", 0, 0, Double.MAX_VALUE);
    if (least > run.baseRate()) {
      throw settings.wrong(
          "min_rate", "at most optimizer.args.lr, which is " + run.baseRate(), least);
    }
    return least / run.baseRate();
  }

  /** From 1 down to the floor as {@code (1 - t / N)^power}. */
  private static Schedule poly(Settings settings, Schedule.Run run) {
    double power = settings.number("power", 0.9, 0, Double.MAX_VALUE);
    double floor = floor(settings, run);
    return step -> floor + (1 - floor) * Math.pow(remaining(step, run), power);
  }

  /** From 1 down to the floor as half a cosine wave over N steps. */
  private static Schedule cosine(Settings settings, Schedule.Run run) {
    double floor = floor(settings, run);
    return step -> floor + (1 - floor) * (1 + Math.cos(Math.PI * (1 - remaining(step, run)))) / 2;
  }

  private static double remaining(long step, Schedule.Run run) {
    return 1 - (double) Math.min(step, run.steps()) / run.steps();
  }

  /** Times {@code gamma} every {@code step_size} epochs. */
  private static Schedule step(Settings settings, Schedule.Run run) {
    long every = settings.whole("step_size", 30, 1) * run.stepsPerEpoch();
    double gamma = settings.number("gamma", 0.1, 0, 1);
    return step -> {
      long passed = step / every;
      return Math.pow(gamma, (double) passed);
    };
  }

  /**
   * Times {@code gamma} at the beginning of each of the epochs {@code milestones}, counted from 0.
   */
  private static Schedule multiStep(Settings settings, Schedule.Run run) {
    double[] milestones =
        settings
            .numbers("milestones", 0)
            .orElseThrow(() -> settings.wrong("milestones", "a list of epochs", "none"));
    double gamma = settings.number("gamma", 0.1, 0, 1);
    return step -> {
      long epoch = step / run.stepsPerEpoch();
      int passed = 0;
      for (double milestone : milestones) {
        passed += epoch >= milestone ? 1 : 0;
      }
      return Math.pow(gamma, passed);
    };
  }
}
