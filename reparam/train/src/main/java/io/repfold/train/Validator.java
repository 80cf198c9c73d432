package io.repfold.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.repfold.data.Batch;
import io.repfold.data.Loader;
import io.repfold.nets.NetworkMetadata;
import java.util.Iterator;
import java.util.Optional;

/** Measures a network on all of a data set, with figures that are counted over all its pixels. */
final class Validator {
  private final Loader loader;
  private final Loss loss;
  private final ConfusionMatrix confusion;
  private final Optional<Pictures> pictures;

  /**
   * @param pictures takes some of the images, if they are wanted
   */
  Validator(
      Loader loader,
      Loss loss,
      int ignoreIndex,
      NetworkMetadata traits,
      Optional<Pictures> pictures) {
    this.loader = loader;
    this.loss = loss;
    this.confusion = new ConfusionMatrix(traits.classes(), ignoreIndex);
    this.pictures = pictures;
  }

  Metrics run(LearningNetwork network, TrainingListener listener) {
    confusion.clear();
    double[] sum = new double[1];
    int images = 0;
    int batches = 0;
    Iterator<Batch> epoch = loader.epoch(0, 0);
    while (epoch.hasNext()) {
      try (Batch batch = epoch.next()) {
        network.evaluate(
            batch,
            (logits, labels) -> {
              sum[0] += loss.of(logits, labels).getFloat();
              confusion.add(logits, labels);
              pictures.ifPresent(p -> p.take(batch, predicted(logits)));
            });
        images += batch.n();
        batches++;
        listener.validating(batches, loader.batches());
      }
    }
    return new Metrics(
        sum[0] / batches, confusion.meanIou(), confusion.pixelAccuracy(), confusion.iou(), images);
  }

  private static int[] predicted(NDArray logits) {
    return logits.argMax(1).toType(DataType.INT32, false).toIntArray();
  }
}
