package io.repfold.data;

import io.repfold.data.Augmentation.Stage;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

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
          "colour",
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

  private final Arguments arguments;

  ArgumentParser(Map<String, ?> arguments) {
    this.arguments = new Arguments(arguments, KEYS);
  }

  LoaderArguments parse() {
    arguments.flag("return_id", true);
    return new LoaderArguments(
        Path.of(arguments.text("data_dir")),
        arguments.text("split"),
        valSplit(),
        arguments.integer("num_classes", 1, LabelMap.LARGEST),
        arguments.texts("class_names"),
        arguments.integer("ignore_index", 0, LabelMap.LARGEST),
        labelMap(),
        arguments.integer("cache_mb", 0, Integer.MAX_VALUE).orElse(0) * (1L << 20),
        augmentation(),
        normalization(),
        arguments
            .integer("batch_size", 1, 1 << 16)
            .orElseThrow(() -> arguments.missing("batch_size")),
        arguments.flag("shuffle", false),
        arguments.flag("drop_last", false),
        arguments.integer("num_workers", 0, 1024).orElse(1),
        arguments.integer("prefetch", 1, 1024).orElse(2));
  }

  private double valSplit() {
    double fraction = arguments.number("val_split", 0, 1).orElse(0);
    if (fraction == 1) {
      throw arguments.wrong("val_split", "a fraction below 1");
    }
    return fraction;
  }

  private Augmentation augmentation() {
    OptionalInt base = arguments.integer("base_size", 1, LARGEST_SIDE);
    Optional<Range> factors = arguments.range("scale_range", 0.01, 100);
    boolean scaled = arguments.flag("scale", true) && (base.isPresent() || factors.isPresent());
    return new Augmentation(
        stage(),
        arguments.integer("crop_size", 1, LARGEST_SIDE),
        base,
        when(scaled, factors, new Range(0.5, 2)),
        when(arguments.flag("rotate", false), degrees(), new Range(-10, 10)),
        arguments.flag("flip", true),
        when(
            arguments.flag("blur", false), arguments.range("blur_range", 0, 20), new Range(0, 1.5)),
        colour(),
        arguments.integer("pad_label", 0, LabelMap.LARGEST));
  }

  private Optional<Range> degrees() {
    Optional<Range> range = arguments.range("rotate_range", -180, 180);
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

  private Jitter colour() {
    if (arguments.value("colour") instanceof Map<?, ?> amounts) {
      var each = new Arguments("colour.", amounts, Set.of("brightness", "contrast", "saturation"));
      return new Jitter(
          each.number("brightness", 0, 1).orElse(0),
          each.number("contrast", 0, 1).orElse(0),
          each.number("saturation", 0, 1).orElse(0));
    }
    if (arguments.value("colour") instanceof Boolean wanted) {
      return wanted ? new Jitter(0.4, 0.4, 0.4) : Jitter.NONE;
    }
    double amount = arguments.number("colour", 0, 1).orElse(0);
    return new Jitter(amount, amount, amount);
  }

  private Normalization normalization() {
    Optional<List<Double>> mean = arguments.channels("mean");
    Optional<List<Double>> std = arguments.channels("std");
    return new Normalization(
        mean.orElse(Normalization.VOC.mean()), std.orElse(Normalization.VOC.std()));
  }

  private Map<Integer, Integer> labelMap() {
    Map<Integer, Integer> result = new TreeMap<>();
    if (arguments.value("label_map") instanceof Map<?, ?> map) {
      var entries = new Arguments("label_map.", map, Arguments.keys(map));
      for (String key : Arguments.keys(map)) {
        if (!key.matches("\\d{1,5}") || Integer.parseInt(key) > LabelMap.LARGEST) {
          throw arguments.wrong("label_map", "an object with labels (0 to 65535) as keys");
        }
        result.put(
            Integer.valueOf(key),
            entries.integer(key, 0, LabelMap.LARGEST).orElseThrow(() -> entries.missing(key)));
      }
    } else if (arguments.value("label_map") != null) {
      throw arguments.wrong("label_map", "an object such as {\"7\": 0, \"8\": 1}");
    }
    return result;
  }
}
