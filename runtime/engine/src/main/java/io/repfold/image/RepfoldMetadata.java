package io.repfold.image;

import io.repfold.runtime.EngineException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What repfold writes into the metadata of the networks that it trains and exports. */
record RepfoldMetadata(String model, Map<String, String> entries) {
  /** Whether it is one of repfold's own networks. */
  boolean isOurs() {
    return entries.containsKey("repfold.architecture");
  }

  /** One for each channel, where white is 1; empty if it is not told. */
  List<Float> mean() {
    return numbers("repfold.mean");
  }

  List<Float> standardDeviation() {
    return numbers("repfold.std");
  }

  /** Empty if they are not told. */
  List<String> classNames() {
    String names = entries.getOrDefault("repfold.class_names", "");
    return names.isEmpty() ? List.of() : names.lines().toList();
  }

  Optional<ImageLayout> layout() {
    return Optional.ofNullable(entries.get("repfold.layout"))
        .map(text -> text.equals("nhwc") ? ImageLayout.NHWC : ImageLayout.NCHW);
  }

  /** Whether the output holds probabilities. */
  boolean hasProbabilities() {
    return "softmax".equals(entries.get("repfold.head"));
  }

  /** The output that serves training only. */
  Optional<String> auxiliaryOutput() {
    return Optional.ofNullable(entries.get("repfold.auxiliary_output"));
  }

  private List<Float> numbers(String key) {
    String text = entries.getOrDefault(key, "");
    List<Float> numbers = new ArrayList<>();
    try {
      for (String number : text.isEmpty() ? new String[0] : text.split(",", -1)) {
        numbers.add(Float.valueOf(number.strip()));
      }
    } catch (NumberFormatException e) {
      throw new EngineException(
          "Cannot feed '%s': its metadata say %s = '%s', expected numbers with commas; state the normalization yourself"
              .formatted(model, key, text),
          e);
    }
    return numbers;
  }
}
