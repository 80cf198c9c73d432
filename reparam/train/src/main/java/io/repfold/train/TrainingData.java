package io.repfold.train;

import io.repfold.data.Batch;
import io.repfold.data.Dataset;
import io.repfold.data.Datasets;
import io.repfold.data.Loader;
import io.repfold.data.LoaderArguments;
import io.repfold.data.LoaderOptions;
import io.repfold.data.Normalization;
import io.repfold.data.Transform;
import io.repfold.train.TrainConfig.Typed;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A data set, and how batches are made of it.
 *
 * @param arguments as in the configuration
 */
record TrainingData(LoaderArguments arguments, Dataset dataset) {
  /** The data to learn from. */
  static TrainingData training(TrainConfig config) {
    LoaderArguments arguments = arguments(config.training(), config.ignoreIndex());
    return new TrainingData(arguments, Datasets.open(config.training().type(), arguments));
  }

  /** The data to validate on: a set of its own, or what the training set holds out. */
  static Optional<TrainingData> validation(TrainConfig config) {
    if (!config.loop().validate()) {
      return Optional.empty();
    }
    if (config.validation().isPresent()) {
      return Optional.of(of(config.validation().get(), config.ignoreIndex()));
    }
    Typed training = config.training();
    LoaderArguments arguments = arguments(training, config.ignoreIndex());
    if (arguments.valSplit() == 0) {
      return Optional.empty();
    }
    LoaderArguments held = arguments.forValidation();
    return Optional.of(new TrainingData(held, Datasets.heldOut(training.type(), held)));
  }

  static TrainingData of(Typed loader, OptionalInt ignoreIndex) {
    LoaderArguments arguments = arguments(loader, ignoreIndex);
    return new TrainingData(arguments, Datasets.open(loader.type(), arguments));
  }

  /** What a loader holds out, unchanged. */
  static TrainingData heldOut(Typed loader, OptionalInt ignoreIndex) {
    LoaderArguments arguments = arguments(loader, ignoreIndex);
    return new TrainingData(arguments, Datasets.heldOut(loader.type(), arguments));
  }

  /** The ignored label of the whole configuration holds where a loader names none. */
  static LoaderArguments arguments(Typed loader, OptionalInt ignoreIndex) {
    Map<String, Object> arguments = new LinkedHashMap<>(loader.args());
    ignoreIndex.ifPresent(index -> arguments.putIfAbsent("ignore_index", index));
    return LoaderArguments.parse(arguments);
  }

  /** In what the data to validate on must be as these, and are not. */
  List<String> differences(TrainingData validation) {
    List<String> found = new ArrayList<>();
    if (validation.dataset.classes() != dataset.classes()) {
      found.add(
          "has %d classes, and the training set has %d"
              .formatted(validation.dataset.classes(), dataset.classes()));
    }
    if (validation.dataset.ignoreIndex() != dataset.ignoreIndex()) {
      found.add(
          "'ignore_index' must be that of train_loader: %d, found %d; set it once, at the top"
              .formatted(dataset.ignoreIndex(), validation.dataset.ignoreIndex()));
    }
    if (!validation.normalization().equals(normalization())) {
      found.add(
          "'mean' and 'std' must be those of train_loader: %s, found %s"
              .formatted(normalization(), validation.normalization()));
    }
    return found;
  }

  Normalization normalization() {
    return arguments.normalization();
  }

  Loader loader(long seed) {
    return loader(arguments.loaderOptions(seed));
  }

  /** The first batch that a {@link #loader} gives, made by this thread; the caller closes it. */
  Batch firstBatch(long seed) {
    try (Loader loader = calmLoader(seed)) {
      return loader.epoch(0, 0).next();
    }
  }

  /** A {@link #loader} that works in the thread that asks. */
  Loader calmLoader(long seed) {
    return loader(arguments.loaderOptions(seed).withThreads(0));
  }

  private Loader loader(LoaderOptions options) {
    return new Loader(dataset, Transform.of(arguments, dataset), options);
  }
}
