package io.repfold.djl;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import io.repfold.blocks.RepBlocks;
import io.repfold.blocks.RepKind;
import io.repfold.blocks.RepSpec;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.WeightSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Training steps leave nothing behind, outside the heap either. */
class MemoryTest {
  private static final int WARM_UP = 40;
  private static final int STEPS = 160;

  /** A step's arrays take about 1 MB, so that a leak of a twentieth of them would show. */
  private static final double MOST_MEGABYTES = 8;

  @Test
  @EnabledOnOs(OS.LINUX)
  void memory_does_not_grow_with_the_steps() throws IOException {
    double grown = grown(WARM_UP, STEPS);
    assertThat(grown).as("MB after %d steps", STEPS).isLessThan(MOST_MEGABYTES);
  }

  static double grown(int warmUp, int steps) throws IOException {
    try (GraphBlock block = GraphBlock.of(graph(), GraphBlockOptions.DEFAULT);
        NDManager manager = NDManager.newBaseManager()) {
      for (int i = 0; i < warmUp; i++) {
        step(block, manager);
      }
      double before = resident();
      for (int i = 0; i < steps; i++) {
        step(block, manager);
      }
      assertThat(manager.getManagedArrays()).isEmpty();
      return resident() - before;
    }
  }

  private static Graph graph() {
    GraphBuilder b = new GraphBuilder("net", WeightSource.he(1));
    String y = b.input("x", 2, 8, 16, 24);
    for (RepKind kind : List.of(RepKind.DBB, RepKind.REPVGG)) {
      y = b.relu(RepBlocks.append(b.scope(kind.id()), y, RepSpec.of(kind, 8, Kernel.of(3))));
    }
    b.output(
        b.resizeLike(
            b.averagePool(y, Kernel.of(2).withStride(2), true), y, "linear", "align_corners"));
    return b.build();
  }

  private static void step(GraphBlock block, NDManager manager) {
    try (NDManager pass = manager.newSubManager();
        GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      NDArray x = pass.ones(new Shape(2, 8, 16, 24));
      collector.backward(block.forward(new NDList(x), true).head().square().mean());
    }
    for (Parameter parameter : block.trainable()) {
      PtNDArray array = (PtNDArray) parameter.getArray();
      try (PtNDArray gradient = JniUtils.getGradient(array)) {
        JniUtils.zeroGrad(array);
        assertThat(gradient).isNotNull();
      }
    }
  }

  /** Megabytes of this process that are in memory. */
  private static double resident() throws IOException {
    System.gc();
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(l -> l.startsWith("VmRSS:"))
          .mapToDouble(l -> Double.parseDouble(l.replaceAll("[^0-9]", "")) / 1024)
          .findFirst()
          .orElseThrow();
    }
  }
}
