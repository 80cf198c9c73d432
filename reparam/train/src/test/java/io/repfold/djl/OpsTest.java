package io.repfold.djl;

import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.WeightSource;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class OpsTest {
  private static final double TOLERANCE = 2e-5;

  static List<Case> cases() {
    return Case.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void an_op_computes_what_the_others_do(Case op) {
    List<double[]> block = Oracles.block(op.graph(), op.shapes());
    List<double[]> interpreter = Oracles.interpreter(op.graph(), op.shapes());
    Oracles.assertClose("interpreter", block, interpreter, TOLERANCE);
    if (op.runtime()) {
      List<double[]> runtime = Oracles.onnxRuntime(op.graph(), op.shapes());
      Oracles.assertClose("ONNX Runtime", block, runtime, TOLERANCE);
    }
  }

  /** Where ONNX Runtime departs from the definition, training does what is deployed. */
  @ParameterizedTest
  @CsvSource({"nearest, 1.7", "nearest, 0.6", "nearest, 2.3", "linear, 1.7", "linear, 0.6"})
  void corners_are_aligned_as_in_onnx_runtime(String mode, float scale) {
    long[] shape = {1, 2, 13, 10};
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(1));
    b.output(b.resize(b.input("x", shape), mode, "align_corners", scale, scale));
    Graph graph = b.build();
    List<double[]> runtime = Oracles.onnxRuntime(graph, List.of(shape));
    Oracles.assertClose("ONNX Runtime", Oracles.block(graph, List.of(shape)), runtime, TOLERANCE);
  }
}
