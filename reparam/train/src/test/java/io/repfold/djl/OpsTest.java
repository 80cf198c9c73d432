package io.repfold.djl;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
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
}
