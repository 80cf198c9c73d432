package io.repfold.djl;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients do not read memory that Java has collected since the forward pass. */
class GarbageTest {
  private static final int BUFFERS = 20_000;

  static Stream<Case> cases() {
    return Case.all().stream()
        .filter(
            c ->
                c.name()
                    .matches("(?i).*(hard|reciprocal|gemm|mean|leaky|elu|clip|pow|softplus).*"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void a_gradient_is_the_same_after_a_collection(Case op) {
    assertThat(gradient(op, true)).containsExactly(gradient(op, false));
  }

  private static double[] gradient(Case op, boolean collects) {
    try (GraphBlock block = GraphBlock.of(op.graph(), GraphBlockOptions.DEFAULT);
        NDManager manager = NDManager.newBaseManager()) {
      NDList inputs = Oracles.inputs(manager, op.graph(), op.shapes());
      inputs.forEach(x -> x.setRequiresGradient(true));
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        NDArray sum = block.forward(inputs, true).get(0).sum();
        if (collects) {
          overwriteGarbage();
        }
        collector.backward(sum);
      }
      return Oracles.doubles(inputs.get(0).getGradient());
    }
  }

  /** Frees the buffers that nothing holds any more, and writes over what they held. */
  private static void overwriteGarbage() {
    System.gc();
    List<ByteBuffer> over = new ArrayList<>();
    for (int i = 0; i < BUFFERS; i++) {
      over.add(ByteBuffer.allocateDirect(4).putFloat(0, 1e30f));
    }
    assertThat(over).hasSize(BUFFERS);
  }
}
