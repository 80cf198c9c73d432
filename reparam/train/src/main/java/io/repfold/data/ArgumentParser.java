package io.repfold.data;

import static io.repfold.config.Bounds.below;
import static io.repfold.config.Bounds.between;

import io.repfold.config.Bounds;
import io.repfold.config.NamedArguments;
import io.repfold.data.Augmentation.Stage;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Reads {@link LoaderArguments} from what a JSON object holds. */
final class ArgumentParser {
  /** Of what is made; the number of its pixels is limited as well. */
  private static final int LARGEST_SIDE = 10_000;

  static final Set<String> KEYS =
      Set.of(
          "data_dir",
          "batch_size",
          "split",
          "crop_size",
          "base_size",
          "scale",
          "flip",
          "rotate",
          "blur",
          "augment",
          "shuffle",
          "val",
          "val_split",
          "num_workers",
          "return_id",
          "color",
          "pad_label",
          "scale_range",
          "rotate_range",
          "blur_range",
          "mean",
          "std",
          "num_classes",
          "class_names",
          "ignore_index",
          "label_map",
          "drop_last",
          "cache_mb",
          "prefetch");

  private static final String CHANNELS = "[red, green, blue] of the values where white is 1, ";

  private final NamedArguments arguments;

  private ArgumentParser(Map<String, ?> arguments) {
    this.arguments = new NamedArguments("loader arguments", arguments);
  }

  /**
   * Reads them.
   *
   * @throws DataException that names the argument: unknown, missing, of another type, out of range
   */
  static LoaderArguments parse(Map<String, ?> arguments) {
    try {
      return new ArgumentParser(arguments).read();
    } catch (IllegalArgumentException e) {
      throw new DataException(e, String.valueOf(e.getMessage()));
    }
  }

  private LoaderArguments read() {
    arguments.requireKnown(new TreeSet<>(KEYS));
    arguments.flag("return_id", true);
    return new LoaderArguments(
        Path.of(arguments.text("data_dir")),
        arguments.text("split"),
        valSplit(),
        arguments.integer("num_classes", between(1, LabelMap.LARGEST)),
        arguments.texts("class_names").orElse(List.of()),
        arguments.integer("ignore_index", between(0, LabelMap.LARGEST)),
        labelMap(),
        arguments.integer("cache_mb", between(0, Integer.MAX_VALUE)).orElse(0) * (1L << 20),
        augmentation(),
        normalization(),
        arguments
            .integer("batch_size", between(1, 1 << 16))
            .orElseThrow(() -> arguments.missing("batch_size", "a whole number")),
        arguments.flag("shuffle", false),
        arguments.flag("drop_last", false),
        arguments.integer("num_workers", between(0, 1024)).orElse(1),
        arguments.integer("prefetch", between(1, 1024)).orElse(2));
  }

  private double valSplit() {
    return arguments.number("val_split", below(0, 1)).orElse(0);
  }

  private Augmentation augmentation() {
    OptionalInt base = arguments.integer("base_size", between(1, LARGEST_SIDE));
    Optional<Range> factors = range("scale_range", between(0.01, 100));
    boolean scaled = arguments.flag("scale", true) && (base.isPresent() || factors.isPresent());
    return new Augmentation(
        stage(),
        arguments.integer("crop_size", between(1, LARGEST_SIDE)),
        base,
        when(scaled, factors, new Range(0.5, 2)),
        when(arguments.flag("rotate", false), degrees(), new Range(-10, 10)),
        arguments.flag("flip", true),
        when(arguments.flag("blur", false), range("blur_range", between(0, 20)), new Range(0, 1.5)),
        color(),
        arguments.integer("pad_label", between(0, LabelMap.LARGEST)));
  }

  private Optional<Range> degrees() {
    Optional<Range> range = range("rotate_range", between(-180, 180));
    if (range.isPresent() && (range.get().low() % 1 != 0 || range.get().high() % 1 != 0)) {
      throw arguments.wrong("rotate_range", "two whole numbers of degrees");
    }
    return range;
  }

  private static Optional<Range> when(boolean wanted, Optional<Range> given, Range usual) {
    return wanted ? Optional.of(given.orElse(usual)) : Optional.empty();
  }

  private Stage stage() {
    boolean augment = arguments.flag("augment", false);
    if (arguments.flag("val", false)) {
      return Stage.VALIDATION;
    }
    return augment ? Stage.TRAINING : Stage.PLAIN;
  }

  private Jitter color() {
    if (arguments.value("color") instanceof Map<?, ?> amounts) {
      NamedArguments each = arguments.inner("color", amounts);
      each.requireKnown(List.of("brightness", "contrast", "saturation"));
      return new Jitter(
          each.number("brightness", between(0, 1)).orElse(0),
          each.number("contrast", between(0, 1)).orElse(0),
          each.number("saturation", between(0, 1)).orElse(0));
    }
    if (arguments.value("color") instanceof Boolean wanted) {
      return wanted ? new Jitter(0.4, 0.4, 0.4) : Jitter.NONE;
    }
    double amount = arguments.number("color", between(0, 1)).orElse(0);
    return new Jitter(amount, amount, amount);
  }

  private Normalization normalization() {
    Optional<List<Double>> mean = channels("mean", -1);
    Optional<List<Double>> std = channels("std", 0);
    if (std.isPresent() && std.get().contains(0.0)) {
      throw arguments.wrong("std", CHANNELS + "above 0 and up to 1");
    }
    return new Normalization(
        mean.orElse(Normalization.VOC.mean()), std.orElse(Normalization.VOC.std()));
  }

  /** Three numbers from {@code least} to 1, or one for all three channels. */
  private Optional<List<Double>> channels(String key, double least) {
    Object value = arguments.value(key);
    if (value == null) {
      return Optional.empty();
    }
    List<?> list = value instanceof List<?> given ? given : List.of(value, value, value);
    Bounds bounds = between(least, 1);
    List<Double> numbers =
        list.stream()
            .filter(Number.class::isInstance)
            .map(number -> ((Number) number).doubleValue())
            .filter(bounds::contain)
            .toList();
    if (list.size() == 3 && numbers.size() == 3) {
      return Optional.of(numbers);
    }
    throw arguments.wrong(key, CHANNELS + (least == 0 ? "above 0 and up to 1" : bounds));
  }

  private Map<Integer, Integer> labelMap() {
    Map<Integer, Integer> result = new TreeMap<>();
    if (arguments.value("label_map") instanceof Map<?, ?> map) {
      NamedArguments entries = arguments.inner("label_map", map);
      for (String key : entries.names()) {
        if (!key.matches("\\d{1,5}") || Integer.parseInt(key) > LabelMap.LARGEST) {
          throw arguments.wrong("label_map", "an object with labels (0 to 65535) as keys");
        }
        result.put(
            Integer.valueOf(key),
            entries
                .integer(key, between(0, LabelMap.LARGEST))
                .orElseThrow(() -> entries.missing(key, "a class")));
      }
    } else if (arguments.value("label_map") != null) {
      throw arguments.wrong("label_map", "an object such as {\"7\": 0, \"8\": 1}");
    }
    return result;
  }

  /** [low, high], both within the bounds. */
  private Optional<Range> range(String key, Bounds bounds) {
    if (arguments.value(key) == null) {
      return Optional.empty();
    }
    if (arguments.value(key) instanceof List<?> pair
        && pair.size() == 2
        && pair.get(0) instanceof Number low
        && pair.get(1) instanceof Number high
        && bounds.contain(low.doubleValue())
        && bounds.contain(high.doubleValue())
        && low.doubleValue() <= high.doubleValue()) {
      return Optional.of(new Range(low.doubleValue(), high.doubleValue()));
    }
    throw arguments.wrong(key, "[low, high], two ascending numbers " + bounds);
  }
}
