package io.repfold.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The gradient of a loss does not read memory that Java has collected since it was computed. */
class LossGarbageTest {
  private static final int BUFFERS = 20_000;

  @ParameterizedTest
  @ValueSource(strings = {"CrossEntropyLoss2d", "FocalLoss", "DiceLoss", "LovaszSoftmax"})
  void a_gradient_is_the_same_after_a_collection(String name) {
    assertThat(gradient(name, true)).containsExactly(gradient(name, false));
  }

  /** Of two outputs, the second of which has a share. */
  private static float[] gradient(String name, boolean collects) {
    Loss loss = Loss.of(name, new LossOptions(3, 255, Map.of()));
    LearningNetwork.engine();
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      NDArray scores = manager.arange(2 * 3 * 4 * 4f).sin().reshape(new Shape(2, 3, 4, 4));
      scores.setRequiresGradient(true);
      NDArray labels = manager.arange(2 * 4 * 4).mod(3).reshape(new Shape(2, 4, 4));
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        NDArray total =
            new AuxiliaryLoss(loss, 0.3).of(new NDList(scores, scores.square()), labels);
        if (collects) {
          System.gc();
          List<ByteBuffer> over = new ArrayList<>();
          for (int i = 0; i < BUFFERS; i++) {
            over.add(ByteBuffer.allocateDirect(4).putFloat(0, 1e30f));
          }
          assertThat(over).hasSize(BUFFERS);
        }
        collector.backward(total);
      }
      return scores.getGradient().toFloatArray();
    }
  }
}
