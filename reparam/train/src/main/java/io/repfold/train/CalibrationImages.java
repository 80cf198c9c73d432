package io.repfold.train;

import io.repfold.data.Batch;
import io.repfold.data.Loader;
import io.repfold.graph.Tensor;
import java.util.Iterator;
import java.util.function.Consumer;

/** Images as a run learns from them, for whoever takes the ranges of a network's values. */
public final class CalibrationImages {
  private CalibrationImages() {}

  /**
   * The first images of the first epoch, augmented as the configuration says.
   *
   * @param most at most so many
   * @param consumer is given each, float32 [1, 3, H, W]
   * @return how many there were
   * @throws ConfigException if the data cannot be used
   */
  public static int take(TrainConfig config, int most, Consumer<Tensor> consumer) {
    Problems problems = new Problems();
    int count =
        problems
            .attempt(
                "train_loader",
                () -> {
                  try (Loader loader = TrainingData.training(config).calmLoader(config.seed())) {
                    return take(loader, most, consumer);
                  }
                })
            .orElse(0);
    problems.tell(config.source());
    return count;
  }

  private static int take(Loader loader, int most, Consumer<Tensor> consumer) {
    int taken = 0;
    Iterator<Batch> batches = loader.epoch(0, 0);
    while (taken < most && batches.hasNext()) {
      try (Batch batch = batches.next()) {
        float[] values = new float[batch.images().remaining() / batch.n()];
        for (int i = 0; i < batch.n() && taken < most; i++, taken++) {
          batch.images().slice(i * values.length, values.length).get(values);
          consumer.accept(
              Tensor.ofFloats(values.clone(), 1, Batch.CHANNELS, batch.height(), batch.width()));
        }
      }
    }
    return taken;
  }
}
