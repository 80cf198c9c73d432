package io.repfold.train;

import static io.repfold.config.Bounds.atLeast;

import io.repfold.config.NamedArguments;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/** The losses by name. */
final class Losses {
  private static final Map<String, BiFunction<NamedArguments, LossOptions, PixelLoss.Terms>> KINDS =
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
      throw NamedArguments.unknown("loss", name, names());
    }
    NamedArguments settings = new NamedArguments("loss_args of " + name, options.arguments());
    PixelLoss.Terms terms = kind.apply(settings, options);
    settings.finish();
    return new PixelLoss(options, terms);
  }

  /**
   * The class weights under {@code key}, one a class.
   *
   * @throws IllegalArgumentException if there is another number of them
   */
  static Optional<ClassWeights> weights(NamedArguments settings, String key, LossOptions options) {
    Optional<double[]> weights = settings.numbers(key, atLeast(0));
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
