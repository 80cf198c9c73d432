package io.repfold.train;

import io.repfold.data.Batch;
import io.repfold.graph.ElementType;
import io.repfold.graph.Tensor;
import org.jspecify.annotations.Nullable;

/** Lets a check look at the network after the first batch, and on the same images at the end. */
final class FirstAndLast {
  private final TrainingCheck check;
  private final TrainedNetwork network;
  private @Nullable Tensor images;

  FirstAndLast(TrainingCheck check, TrainedNetwork network) {
    this.check = check;
    this.network = network;
  }

  /**
   * @param iteration how many are done
   */
  void learnt(Batch batch, long iteration) {
    if (images == null && check != TrainingCheck.NONE) {
      images =
          Tensor.of(
              ElementType.FLOAT, batch.imageBytes(), batch.n(), 3, batch.height(), batch.width());
      check.check(network, images, iteration);
    }
  }

  void ended(long iteration) {
    if (images != null) {
      check.check(network, images, iteration);
    }
  }
}
