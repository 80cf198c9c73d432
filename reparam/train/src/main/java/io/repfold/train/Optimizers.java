package io.repfold.train;

import io.repfold.graph.Spelling;
import java.util.List;
import java.util.Map;

/** The optimizers by name. */
final class Optimizers {
  static final List<String> NAMES = List.of("SGD", "Adam", "AdamW");

  private Optimizers() {}

  static Optimizer of(String name, Map<String, Object> arguments, List<ParameterGroup> groups) {
    Settings settings = new Settings("optimizer.args of " + name, arguments);
    settings.number("lr", 0, 0, Double.MAX_VALUE);
    settings.number("weight_decay", 0, 0, Double.MAX_VALUE);
    boolean all = settings.flag("decay_norms_and_biases", true);
    UpdateRule rule =
        switch (name) {
          case "SGD" -> Sgd.of(settings);
          case "Adam" -> Adam.of(settings, false);
          case "AdamW" -> Adam.of(settings, true);
          default ->
              throw new IllegalArgumentException(
                  "optimizer.type: there is no '%s'%s".formatted(name, Spelling.hint(name, NAMES)));
        };
    settings.finish();
    return new InPlaceOptimizer(
        rule, all ? groups : groups.stream().flatMap(g -> g.sparingVectors().stream()).toList());
  }
}
