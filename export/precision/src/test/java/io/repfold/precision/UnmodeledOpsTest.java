package io.repfold.precision;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Op;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is modeled has its facts with its op, and is on no list of ops that are not. */
class UnmodeledOpsTest {
  static Stream<Op> functions() {
    return Stream.of(
            Arrays.stream(Op.Unary.Function.values()).map(Op.Unary::new),
            Arrays.stream(Op.Binary.Function.values()).map(Op.Binary::new),
            Arrays.stream(Op.Variadic.Function.values()).map(Op.Variadic::new),
            Stream.of(
                new Op.Gelu(false),
                new Op.Selu(1, 1),
                new Op.Celu(1),
                new Op.ThresholdedRelu(1),
                new Op.LogSoftmax(-1, false),
                new Op.Hardmax(-1, false),
                new Op.InstanceNormalization(1),
                new Op.LpNormalization(1, 1),
                new Op.CumSum(false, false)))
        .flatMap(ops -> ops);
  }

  @ParameterizedTest
  @MethodSource("functions")
  void a_function_in_a_form_that_is_not_its_own_is_not_known_to_stay(Op op) {
    Op.Opaque strange = new Op.Opaque("", op.type(), Map.of("axis", 1L), List.of());

    assertThat(UnmodeledOps.change(strange, 17, 22))
        .hasValue("repfold does not know what changed in it");
  }
}
