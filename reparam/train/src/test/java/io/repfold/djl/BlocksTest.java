package io.repfold.djl;

import io.repfold.blocks.RepBlocks;
import io.repfold.blocks.RepKind;
import io.repfold.blocks.RepSpec;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Shape;
import io.repfold.graph.WeightSource;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BlocksTest {
  @ParameterizedTest
  @EnumSource(RepKind.class)
  void a_rep_block_computes_what_its_graph_does(RepKind kind) {
    for (int dilation = 1; dilation <= 2; dilation++) {
      GraphBuilder b = new GraphBuilder("net", WeightSource.random(1));
      String x = b.input("x", Shape.of(2, 4, 5, 7));
      Kernel kernel = Kernel.of(3).withDilation(dilation);
      String y = RepBlocks.append(b.scope("block"), x, RepSpec.of(kind, 4, kernel));
      b.output(y);
      Graph graph = b.build();
      List<long[]> shapes = List.of(new long[] {2, 4, 5, 7});
      List<double[]> block = Oracles.block(graph, shapes);
      Oracles.assertClose("ONNX Runtime", block, Oracles.onnxRuntime(graph, shapes), 1e-5);
      Oracles.assertClose("interpreter", block, Oracles.interpreter(graph, shapes), 1e-5);
    }
  }
}
