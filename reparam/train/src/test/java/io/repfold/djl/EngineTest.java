package io.repfold.djl;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.junit.jupiter.api.Test;

class EngineTest {
  @Test
  void the_engine_computes_without_a_network() {
    assertThat(Engine.getInstance().getEngineName()).isEqualTo("PyTorch");
    try (NDManager manager = NDManager.newBaseManager();
        NDArray sum = manager.create(new float[] {1, 2}).add(1)) {
      assertThat(sum.toFloatArray()).containsExactly(2, 3);
    }
  }
}
