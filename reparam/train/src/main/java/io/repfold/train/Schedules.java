package io.repfold.train;

import static io.repfold.config.Bounds.atLeast;
import static io.repfold.config.Bounds.between;

import io.repfold.config.NamedArguments;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** The schedules by name. */
final class Schedules {
  private static final Map<String, BiFunction<NamedArguments, Schedule.Run, Schedule>> KINDS =
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
      throw NamedArguments.unknown("lr_scheduler.type", name, names());
    }
    NamedArguments settings = new NamedArguments("lr_scheduler.args of " + name, arguments);
    Schedule schedule = WarmUp.of(settings, run, kind.apply(settings, run));
    settings.finish();
    return schedule;
  }

  /** The least factor, from {@code min_rate}, a learning rate. */
  static double floor(NamedArguments settings, Schedule.Run run) {
    double least = settings.number("min_rate", atLeast(0)).orElse(0);
    if (least > run.baseRate()) {
      throw settings.wrong("min_rate", "at most optimizer.args.lr, which is " + run.baseRate());
    }
    return least / run.baseRate();
  }

  /** From 1 down to the floor as {@code (1 - t / N)^power}. */
  private static Schedule poly(NamedArguments settings, Schedule.Run run) {
    double power = settings.number("power", atLeast(0)).orElse(0.9);
    double floor = floor(settings, run);
    return step -> floor + (1 - floor) * Math.pow(remaining(step, run), power);
  }

  /** From 1 down to the floor as half a cosine wave over N steps. */
  private static Schedule cosine(NamedArguments settings, Schedule.Run run) {
    double floor = floor(settings, run);
    return step -> floor + (1 - floor) * (1 + Math.cos(Math.PI * (1 - remaining(step, run)))) / 2;
  }

  private static double remaining(long step, Schedule.Run run) {
    return 1 - (double) Math.min(step, run.steps()) / run.steps();
  }

  /** Times {@code gamma} every {@code step_size} epochs. */
  private static Schedule step(NamedArguments settings, Schedule.Run run) {
    long every = settings.whole("step_size", atLeast(1)).orElse(30) * run.stepsPerEpoch();
    double gamma = settings.number("gamma", between(0, 1)).orElse(0.1);
    return step -> {
      long passed = step / every;
      return Math.pow(gamma, (double) passed);
    };
  }

  /**
   * Times {@code gamma} at the beginning of each of the epochs {@code milestones}, counted from 0.
   */
  private static Schedule multiStep(NamedArguments settings, Schedule.Run run) {
    double[] milestones =
        settings
            .numbers("milestones", atLeast(0))
            .orElseThrow(() -> settings.missing("milestones", "a list of epochs"));
    double gamma = settings.number("gamma", between(0, 1)).orElse(0.1);
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
