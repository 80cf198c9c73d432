package io.repfold.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import io.repfold.fold.FoldOptions;
import io.repfold.fold.Folder;
import io.repfold.graph.Graph;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.Tensor;
import io.repfold.kit.Difference;
import io.repfold.kit.Tensors;
import io.repfold.onnx.OnnxModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Folding a stranger's model: what comes out is valid and computes the same in ONNX Runtime. */
@Tag("slow")
class FoldConformanceTest {
  private static final double TOLERANCE = 1e-5;

  private final Map<String, Integer> counts = new TreeMap<>();
  private final List<String> failures = new ArrayList<>();

  private void count(String what) {
    counts.merge(what, 1, Integer::sum);
  }

  @Test
  void folded_operator_tests_compute_the_same() throws IOException {
    for (OnnxTestData.Case one : OnnxTestData.cases()) {
      OnnxModel model = one.read();
      count("read");
      Optional<Map<String, Tensor>> inputs =
          one.dataSets().stream().findFirst().flatMap(d -> one.inputs(model.graph(), d));
      fold(one.name(), model, inputs.orElse(Map.of()));
      if (inputs.isPresent() && inputs.get().size() > 1 && fit(model.graph(), inputs.get())) {
        OnnxModel stored = model.withGraph(stored(model.graph(), inputs.get()));
        String first = model.graph().inputs().get(0).name();
        fold(one.name() + ", inputs stored", stored, Map.of(first, inputs.get().get(first)));
      }
    }
    System.out.println("Fold of operator tests: " + counts);
    assertThat(failures).isEmpty();
    assertThat(counts.get("read")).isGreaterThan(1000);
    assertThat(counts.get("agree")).isGreaterThan(100);
  }

  /** Some data are of another type than the model declares, as bfloat16 is in files of uint16. */
  private static boolean fit(Graph graph, Map<String, Tensor> inputs) {
    return graph.inputs().stream()
        .allMatch(i -> i.type().filter(t -> t == inputs.get(i.name()).type()).isPresent());
  }

  /** All inputs but the first as initializers, so that there is more to compute beforehand. */
  private static Graph stored(Graph graph, Map<String, Tensor> inputs) {
    Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
    graph.inputs().stream().skip(1).forEach(i -> initializers.put(i.name(), inputs.get(i.name())));
    return graph.toBuilder()
        .replaceInputs(graph.inputs().subList(0, 1))
        .replaceInitializers(initializers)
        .build();
  }

  private void fold(String name, OnnxModel model, Map<String, Tensor> inputs) {
    Graph folded;
    try {
      folded = Folder.fold(model.graph()).graph();
    } catch (InvalidGraphException e) {
      count("invalid");
      failures.add(name + ": " + e.getMessage());
      return;
    }
    if (folded.equals(model.graph())) {
      count("left as they are");
    } else if (inputs.isEmpty()) {
      count("not run: no data");
    } else {
      compare(name, model.toBytes(), model.withGraph(folded).toBytes(), inputs);
    }
  }

  private void compare(String name, byte[] before, byte[] after, Map<String, Tensor> inputs) {
    List<Object> expected;
    try {
      expected = OrtRun.of(before, inputs);
    } catch (OrtException e) {
      count("not run: ONNX Runtime refuses the original");
      return;
    }
    try {
      double error = error(expected, OrtRun.of(after, inputs), 0);
      if (error <= TOLERANCE) {
        count("agree");
      } else {
        failures.add("%s: error %s".formatted(name, error));
      }
    } catch (OrtException e) {
      failures.add(name + ": " + e.getMessage());
    }
  }

  static List<String> networks() {
    return OnnxTestData.networks();
  }

  @ParameterizedTest
  @MethodSource("networks")
  void a_folded_network_computes_the_same(String name) throws OrtException {
    byte[] before = OnnxTestData.network(name);
    OnnxModel model = OnnxTestData.networkModel(name);
    long[] dims = {1, 3, name.contains("_det_") ? 64 : 48, name.contains("_cls_") ? 192 : 96};
    Map<String, Tensor> inputs =
        Map.of(
            model.graph().inputs().get(0).name(), Tensors.random(new SplittableRandom(3), 1, dims));
    for (FoldOptions options :
        List.of(FoldOptions.DEFAULT, FoldOptions.DEFAULT.withGrowth(4), fixed(inputs))) {
      Folder.Result result = Folder.fold(model.graph(), options);
      byte[] after = model.withGraph(result.graph()).toBytes();
      // The outputs are probabilities, of noise; they may all be tiny.
      assertThat(error(OrtRun.of(before, inputs), OrtRun.of(after, inputs), 0.1))
          .as("%s, %s", name, result.report().after())
          .isLessThan(10 * TOLERANCE);
    }
  }

  private static FoldOptions fixed(Map<String, Tensor> inputs) {
    Map<String, long[]> shapes = new TreeMap<>();
    inputs.forEach((name, tensor) -> shapes.put(name, tensor.dims()));
    return FoldOptions.DEFAULT.withShapes(shapes);
  }

  /**
   * The largest error of any output; real ones relative to the largest value or {@code least},
   * others exact.
   */
  private static double error(List<Object> expected, List<Object> actual, double least) {
    double error = expected.size() == actual.size() ? 0 : Double.POSITIVE_INFINITY;
    for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
      error = Math.max(error, error(expected.get(i), actual.get(i), least));
    }
    return error;
  }

  private static double error(Object expected, Object actual, double least) {
    if (expected.equals(actual)) {
      return 0;
    }
    if (!(expected instanceof List<?> wanted)
        || !(actual instanceof List<?> found)
        || !wanted.get(0).equals(found.get(0))
        || !wanted.get(0).toString().startsWith("FLOAT[")) {
      return Double.POSITIVE_INFINITY;
    }
    return Difference.SAME_SPECIALS.relativeToAtLeast(
        least, floats(wanted.get(1)), floats(found.get(1)));
  }

  private static double[] floats(Object bytes) {
    var buffer = ((ByteBuffer) bytes).order(ByteOrder.nativeOrder()).asFloatBuffer();
    double[] values = new double[buffer.remaining()];
    Arrays.setAll(values, buffer::get);
    return values;
  }
}
