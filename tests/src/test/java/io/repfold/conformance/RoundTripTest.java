package io.repfold.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import io.repfold.graph.Dim;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.onnx.OnnxFormatException;
import io.repfold.onnx.OnnxModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A model that is read and written again computes the same bits in ONNX Runtime, whether its nodes
 * are written back as they were or made anew from what was understood of them.
 */
@Tag("slow")
class RoundTripTest {
  /** How a model is written again. */
  enum Way {
    AS_READ,
    /** Nothing but the graph is kept, so every node goes through the typed writer. */
    FROM_THE_GRAPH_ALONE;

    OnnxModel change(OnnxModel model) {
      return switch (this) {
        case AS_READ -> model;
        case FROM_THE_GRAPH_ALONE -> OnnxModel.of(model.graph());
      };
    }
  }

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Way.class)
  void operator_tests_compute_the_same_bits(Way way) throws IOException {
    Tally tally = new Tally();
    List<OnnxTestData.Case> cases = OnnxTestData.cases();
    for (OnnxTestData.Case one : cases) {
      roundTrip(one, way, tally);
    }
    System.out.println("Round trip, " + way + ": " + tally);
    assertThat(cases).hasSizeGreaterThan(1000);
    assertThat(tally.failures).isEmpty();
    assertThat(tally.count("read")).isEqualTo(cases.size());
    assertThat(tally.count("identical")).isGreaterThan(900);
  }

  private void roundTrip(OnnxTestData.Case one, Way way, Tally tally) throws IOException {
    byte[] before = Files.readAllBytes(one.model());
    Path after = folder.resolve("model.onnx");
    Graph graph;
    try {
      OnnxModel model = one.read();
      tally.add("read");
      graph = model.graph();
      tally.addNodes(graph);
      way.change(model).write(after);
      tally.add("written");
      assertThat(OnnxModel.read(after).graph().nodes()).hasSameSizeAs(graph.nodes());
    } catch (OnnxFormatException e) {
      tally.failures.add(one + ": " + e.getMessage());
      return;
    }
    for (Path dataSet : one.dataSets().stream().limit(1).toList()) {
      Optional<Map<String, Tensor>> inputs = one.inputs(graph, dataSet);
      if (inputs.isEmpty()) {
        tally.add("not run: an input is no tensor");
      } else {
        compare(one.name(), before, Files.readAllBytes(after), inputs.get(), tally);
      }
    }
  }

  private static void compare(
      String name, byte[] before, byte[] after, Map<String, Tensor> inputs, Tally tally) {
    List<Object> expected;
    try {
      expected = OrtRun.of(before, inputs);
      if (!expected.equals(OrtRun.of(before, inputs))) {
        tally.add("not run: random");
        return;
      }
    } catch (OrtException e) {
      tally.add("not run: ONNX Runtime refuses the original");
      tally.refuse(e);
      return;
    }
    tally.add("run in ONNX Runtime");
    try {
      if (expected.equals(OrtRun.of(after, inputs))) {
        tally.add("identical");
      } else {
        tally.failures.add(name + ": other outputs");
      }
    } catch (OrtException e) {
      tally.failures.add(name + ": " + e.getMessage());
    }
  }

  static List<String> networks() {
    return OnnxTestData.networks();
  }

  @ParameterizedTest
  @MethodSource("networks")
  void networks_compute_the_same_bits(String name) throws OrtException {
    byte[] before = OnnxTestData.network(name);
    OnnxModel model = OnnxTestData.networkModel(name);
    Map<String, Tensor> inputs = new HashMap<>();
    for (Value input : model.graph().inputs()) {
      inputs.put(input.name(), random(input, name.contains("det") ? 64 : 48));
    }
    List<Object> expected = OrtRun.of(before, inputs);
    for (Way way : Way.values()) {
      byte[] after = way.change(model).toBytes();
      assertThat(OrtRun.of(after, inputs)).as("%s, %s", name, way).isEqualTo(expected);
    }
    assertThat(model.graph().nodes())
        .as("nothing in these networks is beyond us")
        .noneMatch(n -> n.op() instanceof Op.Opaque);
  }

  @Test
  void an_intermediate_value_can_be_made_an_output() throws OrtException {
    OnnxModel model = OnnxTestData.networkModel("ch_ppocr_mobile_v2.0_cls_infer.onnx");
    Node conv =
        model.graph().nodes().stream()
            .filter(n -> n.op() instanceof Op.Conv)
            .findFirst()
            .orElseThrow();
    Value input = model.graph().inputs().get(0);
    byte[] probed = model.withExtraOutputs(List.of(conv.output())).toBytes();
    assertThat(OrtRun.of(probed, Map.of(input.name(), random(input, 48)))).hasSize(2);
  }

  /** Values for an image input; the height is given, the width is fixed, the batch is 1. */
  private static Tensor random(Value input, int height) {
    List<Dim> dims = input.shape().orElseThrow().dims();
    long[] sizes = {1, 3, height, 192};
    for (int i = 0; i < sizes.length; i++) {
      if (dims.get(i) instanceof Dim.Known known) {
        sizes[i] = known.size();
      }
    }
    SplittableRandom random = new SplittableRandom(7);
    float[] values = new float[(int) Tensor.count(sizes)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return Tensor.ofFloats(values, sizes);
  }

  /** Counts by what happened. */
  private static final class Tally {
    private final Map<String, Integer> counts = new TreeMap<>();
    private final Map<String, Integer> opaque = new TreeMap<>();
    private final Map<String, Integer> refusals = new TreeMap<>();
    private final List<String> failures = new ArrayList<>();

    void add(String what) {
      counts.merge(what, 1, Integer::sum);
    }

    /** ONNX Runtime's reason without what differs from model to model. */
    void refuse(OrtException e) {
      String reason =
          String.valueOf(e.getMessage()).replaceAll("'[^']*'|\\([^)]*\\)|\"[^\"]*\"", "_");
      refusals.merge(reason.substring(0, Math.min(100, reason.length())), 1, Integer::sum);
    }

    int count(String what) {
      return counts.getOrDefault(what, 0);
    }

    void addNodes(Graph graph) {
      for (Node node : graph.nodes()) {
        boolean typed = !(node.op() instanceof Op.Opaque);
        add(typed ? "nodes understood" : "nodes carried along");
        if (!typed) {
          opaque.merge(node.op().type(), 1, Integer::sum);
        }
      }
    }

    @Override
    public String toString() {
      return "%s, failed: %d%n  carried along: %s%n  refused by ONNX Runtime: %s"
          .formatted(counts, failures.size(), opaque, refusals);
    }
  }
}
