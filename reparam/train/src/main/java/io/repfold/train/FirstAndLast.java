package io.repfold.train;

import io.repfold.data.Batch;
import io.repfold.graph.ElementType;
import io.repfold.graph.Tensor;
import java.nio.ByteBuffer;
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

  /** A copy of a batch's images, float32 [N, 3, H, W]: its memory becomes that of another one. */
  static Tensor images(Batch batch) {
    ByteBuffer own = ByteBuffer.allocate(batch.imageBytes().remaining());
    own.put(batch.imageBytes()).flip();
    return Tensor.of(ElementType.FLOAT, own, batch.n(), 3, batch.height(), batch.width());
  }

  /**
   * @param iteration how many are done
   */
  void learnt(Batch batch, long iteration) {
    if (images == null && check != TrainingCheck.NONE) {
      images = images(batch);
      check.check(network, images, iteration);
    }
  }

  void ended(long iteration) {
    if (images != null) {
      check.check(network, images, iteration);
    }
  }
}
