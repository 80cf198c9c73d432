package io.repfold.train;

import static io.repfold.config.Bounds.atLeast;

import io.repfold.config.NamedArguments;
import java.util.List;
import java.util.Map;

/** The optimizers by name. */
final class Optimizers {
  static final List<String> NAMES = List.of("SGD", "Adam", "AdamW");

  private static final List<String> OF_SGD = List.of("momentum", "nesterov");
  private static final List<String> OF_ADAM = List.of("betas", "eps");

  private Optimizers() {}

  static Optimizer of(String name, Map<String, Object> arguments, List<ParameterGroup> groups) {
    NamedArguments settings = settings(name, arguments);
    settings.number("lr", atLeast(0));
    settings.number("weight_decay", atLeast(0));
    boolean all = settings.flag("decay_norms_and_biases", true);
    UpdateRule rule = rule(name, settings);
    settings.finish();
    return new InPlaceOptimizer(
        rule, all ? groups : groups.stream().flatMap(g -> g.sparingVectors().stream()).toList());
  }

  private static NamedArguments settings(String name, Map<String, Object> arguments) {
    return new NamedArguments("optimizer.args of " + name, arguments);
  }

  /**
   * How an optimizer updates one parameter; reads those of its arguments that say so.
   *
   * @throws IllegalArgumentException if the name is not known or such an argument is wrong
   */
  static UpdateRule rule(String name, Map<String, Object> arguments) {
    return rule(name, settings(name, arguments));
  }

  private static UpdateRule rule(String name, NamedArguments settings) {
    return switch (name) {
      case "SGD" -> Sgd.of(settings);
      case "Adam" -> Adam.of(settings, false);
      case "AdamW" -> Adam.of(settings, true);
      default -> throw NamedArguments.unknown("optimizer.type", name, NAMES);
    };
  }

  /** The arguments that not all optimizers have, but this one. */
  static List<String> argumentsOf(String name) {
    return name.equals("SGD") ? OF_SGD : OF_ADAM;
  }

  /** The arguments that others have, but not this one. */
  static List<String> argumentsOfOthers(String name) {
    return name.equals("SGD") ? OF_ADAM : OF_SGD;
  }
}
