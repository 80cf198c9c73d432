package io.repfold.train;

import io.repfold.graph.Spelling;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/** The losses by name. */
final class Losses {
  private static final Map<String, BiFunction<Settings, LossOptions, PixelLoss.Terms>> KINDS =
      new LinkedHashMap<>();

  static {
    KINDS.put("CrossEntropyLoss2d", CrossEntropy::of);
    KINDS.put("CrossEntropy", CrossEntropy::of);
    KINDS.put("DiceLoss", Dice::of);
    KINDS.put("FocalLoss", Focal::of);
    KINDS.put("CE_DiceLoss", CrossEntropyAndDice::of);
    KINDS.put("LovaszSoftmax", Lovasz::of);
    KINDS.put("OhemCrossEntropy2d", HardCrossEntropy::of);
    KINDS.put("OhemCrossEntropy", HardCrossEntropy::of);
  }

  private Losses() {}

  static List<String> names() {
    return List.copyOf(KINDS.keySet());
  }

  static Loss of(String name, LossOptions options) {
    var kind = KINDS.get(name);
    if (kind == null) {
      throw new IllegalArgumentException(
          "loss: there is no '%s'%s".formatted(name, Spelling.hint(name, names())));
    }
    Settings settings = new Settings("loss_args of " + name, options.arguments());
    PixelLoss.Terms terms = kind.apply(settings, options);
    settings.finish();
    return new PixelLoss(options, terms);
  }

  /**
   * The class weights under {@code key}, one a class.
   *
   * @throws IllegalArgumentException if there is another number of them
   */
  static Optional<ClassWeights> weights(Settings settings, String key, LossOptions options) {
    Optional<double[]> weights = settings.numbers(key, 0);
    weights.ifPresent(
        values -> {
          if (values.length != options.classes()) {
            throw settings.wrong(
                key, "%d numbers, one a class".formatted(options.classes()), values.length);
          }
        });
    return weights.map(ClassWeights::new);
  }
}
