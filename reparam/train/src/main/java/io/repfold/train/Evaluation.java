package io.repfold.train;

import io.repfold.data.Batch;
import io.repfold.data.Loader;
import io.repfold.data.LoaderArguments;
import io.repfold.train.TrainConfig.Typed;
import java.nio.LongBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Measures whatever finds classes in images, on the data that a configuration names. */
public final class Evaluation implements AutoCloseable {
  private final TrainingData data;
  private final Loader loader;

  /** Finds a class for each pixel of a batch, or for each image. */
  @FunctionalInterface
  public interface Predictor {
    /** The classes, as many as the batch has labels, in their order. */
    int[] predict(Batch batch);
  }

  private Evaluation(TrainingData data) {
    this.data = data;
    this.loader = data.loader(0);
  }

  /**
   * Opens the validation data of a configuration: those of {@code val_loader}, or without one what
   * {@code val_split} of {@code train_loader} holds out.
   *
   * @param split another list of examples, if present
   * @param whole whether images keep their size, and so come one by one
   * @throws ConfigException if the data cannot be used
   */
  public static Evaluation open(TrainConfig config, Optional<String> split, boolean whole) {
    Typed loader = config.validation().orElse(config.training());
    Map<String, Object> args = new LinkedHashMap<>(loader.args());
    split.ifPresent(name -> args.put("split", name));
    args.put("shuffle", false);
    args.put("drop_last", false);
    args.put("augment", false);
    args.put("val", !whole);
    if (whole) {
      args.put("batch_size", 1);
      args.remove("crop_size");
    }
    Problems problems = new Problems();
    boolean heldOut = config.validation().isEmpty() && isHeldOut(config.training(), split);
    if (config.validation().isEmpty() && !heldOut) {
      args.remove("val_split");
      if (split.isEmpty()) {
        problems.add(
            "val_loader",
            "is missing, and train_loader holds nothing out by val_split; name examples by --split,"
                + " or add a val_loader");
      }
    }
    Typed changed = new Typed(loader.type(), args);
    Optional<TrainingData> data =
        problems.attempt(
            config.validation().isPresent() ? "val_loader" : "train_loader",
            () ->
                heldOut
                    ? TrainingData.heldOut(changed, config.ignoreIndex())
                    : TrainingData.of(changed, config.ignoreIndex()));
    problems.tell(config.source());
    return new Evaluation(data.orElseThrow());
  }

  /** Whether the held out part is meant; a list that was not learnt from is measured whole. */
  private static boolean isHeldOut(Typed training, Optional<String> split) {
    LoaderArguments arguments = LoaderArguments.parse(training.args());
    return arguments.valSplit() > 0 && split.map(arguments.split()::equals).orElse(true);
  }

  public List<String> classNames() {
    return data.dataset().classNames();
  }

  /** The number of images. */
  public int images() {
    return data.dataset().size();
  }

  public int batches() {
    return loader.batches();
  }

  /** Looks at all images. */
  public ConfusionMatrix run(Predictor predictor, TrainingListener listener) {
    ConfusionMatrix confusion =
        new ConfusionMatrix(data.dataset().classes(), data.dataset().ignoreIndex());
    Iterator<Batch> epoch = loader.epoch(0, 0);
    for (int done = 1; epoch.hasNext(); done++) {
      try (Batch batch = epoch.next()) {
        confusion.add(predictor.predict(batch), labels(batch));
      }
      listener.validating(done, loader.batches());
    }
    return confusion;
  }

  private static int[] labels(Batch batch) {
    LongBuffer labels = batch.labels();
    int[] values = new int[labels.remaining()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (int) labels.get(i);
    }
    return values;
  }

  @Override
  public void close() {
    loader.close();
  }
}
