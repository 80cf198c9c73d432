package io.repfold.train;

import io.repfold.data.Normalization;
import io.repfold.nets.NetworkMetadata;
import io.repfold.onnx.OnnxModel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a trained model's metadata say, so that whoever runs it later knows how to feed it and what
 * its classes are called.
 */
final class ModelMetadata {
  /** Per channel, of values from 0 to 1, with commas. */
  static final String MEAN = "repfold.mean";

  static final String STD = "repfold.std";

  /** One a line. */
  static final String CLASS_NAMES = "repfold.class_names";

  private ModelMetadata() {}

  static OnnxModel add(
      OnnxModel model,
      NetworkMetadata traits,
      Normalization normalization,
      List<String> classNames) {
    Map<String, String> entries = new LinkedHashMap<>(traits.toMetadata());
    entries.put(MEAN, numbers(normalization.mean()));
    entries.put(STD, numbers(normalization.std()));
    entries.put(CLASS_NAMES, String.join("\n", classNames));
    return model.withMetadata(entries);
  }

  private static String numbers(List<Double> values) {
    return values.stream().map(Object::toString).collect(Collectors.joining(","));
  }
}
