package io.repfold.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import io.repfold.graph.Graph;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.Tensor;
import io.repfold.onnx.OnnxModel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every operator of ONNX in narrower numbers: what is written runs in ONNX Runtime, or in the
 * interpreter where that has no kernel, and keeps the answer; what is not written is refused.
 */
@Tag("slow")
class PrecisionConformanceTest {
  private static final Map<String, Integer> UNTRIED = new ConcurrentSkipListMap<>();
  private static List<OperatorTest> tests = List.of();

  private final Map<String, Integer> counts = new ConcurrentSkipListMap<>();
  private final Map<String, Integer> refusals = new ConcurrentSkipListMap<>();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();

  @BeforeAll
  static void run_the_originals() {
    tests = OnnxTestData.cases().parallelStream().flatMap(PrecisionConformanceTest::tests).toList();
    System.out.printf(
        "Operator tests to convert: %d; left out, because: %s%n", tests.size(), UNTRIED);
  }

  /** The test as it is, and with all inputs but the first as weights. */
  private static Stream<OperatorTest> tests(OnnxTestData.Case one) {
    OnnxModel model = one.read();
    Optional<Map<String, Tensor>> inputs =
        one.dataSets().stream().findFirst().flatMap(d -> one.inputs(model.graph(), d));
    if (inputs.isEmpty() || !OperatorTest.takesFloats(model.graph(), inputs.get())) {
      UNTRIED.merge("no float32 tensors in", 1, Integer::sum);
      return Stream.empty();
    }
    Stream.Builder<OperatorTest> found = Stream.builder();
    try {
      OperatorTest asItIs = OperatorTest.of(one.name(), model, inputs.get());
      found.add(asItIs);
      if (inputs.get().size() > 1) {
        found.add(asItIs.withWeights());
      }
    } catch (OrtException e) {
      UNTRIED.merge("ONNX Runtime refuses the original", 1, Integer::sum);
    }
    return found.build().filter(PrecisionConformanceTest::isSteady);
  }

  private static boolean isSteady(OperatorTest test) {
    boolean steady = !test.isRandom();
    if (!steady) {
      UNTRIED.merge("random", 1, Integer::sum);
    }
    return steady;
  }

  @ParameterizedTest
  @EnumSource(NarrowForm.class)
  void converted_operator_tests_keep_the_answer(NarrowForm form) {
    tests.parallelStream().forEach(test -> tryOut(test, form));
    System.out.printf(
        "%s of operator tests: %s, failed: %d%n  refused: %s%n",
        form, counts, failures.size(), new TreeMap<>(refusals));
    assertThat(failures).isEmpty();
    assertThat(counts.get("compared")).isGreaterThan(form.least());
  }

  private void tryOut(OperatorTest test, NarrowForm form) {
    if (form.overflows(test)) {
      counts.merge("not tried: an output beyond the type", 1, Integer::sum);
      return;
    }
    Graph converted;
    try {
      converted = form.convert(test);
    } catch (InvalidGraphException e) {
      counts.merge("refused", 1, Integer::sum);
      refusals.merge(reason(e), 1, Integer::sum);
      return;
    } catch (OrtException | RuntimeException e) {
      failures.add("%s: %s".formatted(test.name(), e));
      return;
    }
    try {
      String how = form.compare(test, converted);
      counts.merge(how, 1, Integer::sum);
    } catch (OrtException | RuntimeException | AssertionError e) {
      failures.add("%s: %s".formatted(test.name(), e.getMessage()));
    }
  }

  /** The reason without what differs from model to model. */
  private static String reason(InvalidGraphException e) {
    String reason =
        String.valueOf(e.getMessage()).replaceAll("'[^']*'|\\([^)]*\\)|\"[^\"]*\"", "_");
    return reason.substring(0, Math.min(90, reason.length()));
  }
}
