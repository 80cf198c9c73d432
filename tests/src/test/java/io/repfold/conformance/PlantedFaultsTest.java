package io.repfold.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.check.SampleResult;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.WeightSource;
import io.repfold.kit.Shapes;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.Steps;
import io.repfold.pipeline.compare.ComparisonRequest;
import io.repfold.pipeline.compare.LayerComparison;
import io.repfold.pipeline.compare.ProvenFile;
import io.repfold.pipeline.compare.RewriteComparison;
import io.repfold.pipeline.compare.Verification;
import io.repfold.pipeline.inputs.InputValues;
import io.repfold.pipeline.inputs.SampleSource;
import io.repfold.pipeline.inputs.Samples;
import io.repfold.pipeline.inputs.Wish;
import io.repfold.pipeline.interpreter.InterpreterBackend;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of fault is found by what is compared unless somebody asks for other things. */
class PlantedFaultsTest {
  /** Enough for all inputs, so that the test does not depend on the machine. */
  private static final ComparisonRequest ALL_INPUTS = ComparisonRequest.DEFAULT.withBudget(600);

  private static final double TIMES_NOISE = 4;

  @TempDir private Path folder;

  /** What became of one kind: a row of the table in the documentation. */
  private record Row(
      String fault, int planted, int shown, int caught, int located, Set<String> inputs) {
    /** What does not depend on how a processor rounds. */
    String beginning() {
      return "| %s | %d | ".formatted(fault, planted);
    }

    String markdown() {
      return "%s%d | %d | %s | %s |"
          .formatted(
              beginning(),
              shown,
              caught,
              String.join("; ", inputs),
              located < 0 ? "no layer" : Integer.toString(located));
    }
  }

  @Test
  void every_kind_of_fault_is_caught() throws Exception {
    Map<String, Graph> networks = new LinkedHashMap<>();
    networks.put("sample", OnnxModel.read(Path.of("../samples/models/trained.onnx")).graph());
    networks.put("residual", residual());
    networks.put("labels", labels());
    networks.put(
        "detection",
        withInitializers(OnnxTestData.networkModel("ch_PP-OCRv4_det_infer.onnx").graph()));
    List<Row> rows = new ArrayList<>();
    List<String> missed = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(16);
    for (Fault fault : Fault.ALL) {
      rows.add(row(fault, networks, random, missed));
    }
    assertThat(missed).isEmpty();
    Files.write(Path.of("target/planted-faults.md"), rows.stream().map(Row::markdown).toList());
    List<String> kinds = rows.stream().map(Row::beginning).toList();
    List<String> documented =
        Files.readAllLines(Path.of("../docs/verification.md")).stream()
            .filter(line -> kinds.stream().anyMatch(line::startsWith))
            .toList();
    assertThat(documented)
        .as("the table in docs/verification.md; this run's is in target/planted-faults.md")
        .hasSameSizeAs(kinds);
  }

  private Row row(
      Fault fault, Map<String, Graph> networks, SplittableRandom random, List<String> missed)
      throws Exception {
    int planted = 0;
    int shown = 0;
    int caught = 0;
    int located = 0;
    boolean inLayers = true;
    Set<String> inputs = new TreeSet<>();
    for (Map.Entry<String, Graph> network : networks.entrySet()) {
      Optional<Fault.Planted> wrong = fault.planter().in(network.getValue(), random.split());
      if (wrong.isEmpty()) {
        continue;
      }
      Path reference = write("reference.onnx", network.getValue());
      Path candidate = write("candidate.onnx", wrong.get().graph());
      RewriteComparison found;
      try {
        found = ProvenFile.compare(reference, candidate, Map.of(), ALL_INPUTS, Steps.UNHEARD);
      } catch (EngineException e) {
        continue; // it is no model any more, which is no fault that hides
      }
      planted++;
      if (!found.holds()) {
        shown++;
        caught++;
        inputs.add(shownBy(found.verification().orElseThrow()));
        inLayers &= !wrong.get().value().isEmpty();
        located += isLocated(reference, candidate, wrong.get()) ? 1 : 0;
      } else if (effect(reference, candidate) > TIMES_NOISE) {
        shown++;
        missed.add("%s in %s, %s".formatted(fault.name(), network.getKey(), wrong.get().value()));
      }
    }
    return new Row(fault.name(), planted, shown, caught, inLayers ? located : -1, inputs);
  }

  /**
   * By how many times the noise a fault moves an output, in double precision, where it moves one
   * most; 0 if none of the inputs shows it, as where sizes are fixed.
   */
  private static double effect(Path reference, Path candidate) {
    EngineOptions options = EngineOptions.defaults();
    Backend interpreter = InterpreterBackend.inDouble();
    double most = 0;
    try (Engine rounded = Backends.onnxRuntimeCpu().load(reference, options.withoutOptimizer());
        Engine exact = interpreter.load(reference, options);
        Engine wrong = interpreter.load(candidate, options)) {
      Samples samples = SampleSource.sweeping(Map.of(), 2, 0).of(rounded);
      List<Map<String, HostTensor>> inputs = new ArrayList<>(samples.inputs());
      samples.wishes().forEach(wish -> taken(rounded, wish).ifPresent(inputs::add));
      for (Map<String, HostTensor> input : inputs) {
        Map<String, HostTensor> right = exact.run(input);
        double noise = difference(right, rounded.run(input));
        double moved = difference(right, wrong.run(input));
        most = Math.max(most, moved == 0 ? 0 : moved / noise);
      }
    }
    return most;
  }

  private static Optional<Map<String, HostTensor>> taken(Engine engine, Wish wish) {
    return wish.ways().stream()
        .map(way -> way.inputs().get())
        .filter(input -> takes(engine, input))
        .findFirst();
  }

  private static boolean takes(Engine engine, Map<String, HostTensor> input) {
    try {
      engine.run(input);
      return true;
    } catch (EngineException e) {
      return false;
    }
  }

  /** The largest, each output in units of its magnitude. */
  private static double difference(Map<String, HostTensor> one, Map<String, HostTensor> two) {
    double largest = 0;
    for (Map.Entry<String, HostTensor> entry : one.entrySet()) {
      double[] expected = entry.getValue().toDoubles();
      double[] found = two.get(entry.getKey()).toDoubles();
      double magnitude = Arrays.stream(expected).map(Math::abs).max().orElse(0);
      for (int i = 0; i < expected.length && magnitude > 0; i++) {
        largest = Math.max(largest, Math.abs(expected[i] - found[i]) / magnitude);
      }
    }
    return largest;
  }

  /** The usual inputs if they show it, or else the others that do. */
  private static String shownBy(Verification verification) {
    Set<String> labels = labels(verification);
    return labels.contains("sample 0") || labels.contains("sample 1")
        ? "random inputs"
        : labels.stream()
            .map(label -> label.replaceFirst("sample \\d+, (\\w+ (?=\\d+x))?", ""))
            .sorted()
            .collect(Collectors.joining(", "));
  }

  private static Set<String> labels(Verification verification) {
    Set<String> labels = new LinkedHashSet<>();
    verification
        .runs()
        .forEach(
            run ->
                run.report().outputs().stream()
                    .flatMap(output -> output.samples().stream())
                    .filter(sample -> !sample.verdict().isEquivalent())
                    .map(SampleResult::label)
                    .forEach(labels::add));
    return labels;
  }

  private static boolean isLocated(Path reference, Path candidate, Fault.Planted wrong) {
    return !wrong.value().isEmpty()
        && LayerComparison.run(
                reference,
                candidate,
                SampleSource.random(Map.of(), 1, 0),
                InputValues.NONE,
                ALL_INPUTS.tolerance())
            .tensors()
            .firstDifferent()
            .filter(first -> first.name().equals(wrong.value()))
            .isPresent();
  }

  private Path write(String name, Graph graph) throws Exception {
    Path file = folder.resolve(name);
    Files.deleteIfExists(file);
    OnnxModel.of(graph).write(file);
    return file;
  }

  /** Its constants are nodes. */
  private static Graph withInitializers(Graph graph) {
    Graph.Builder builder = graph.toBuilder();
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Op.Constant) {
        builder.initializer(node.output(), graph.constant(node.output()).orElseThrow());
      } else {
        nodes.add(node);
      }
    }
    return builder.replaceNodes(nodes).build();
  }

  /** Strided and dilated convolutions with a shortcut; two outputs. */
  private static Graph residual() {
    GraphBuilder b = new GraphBuilder("residual", WeightSource.random(5));
    String x = b.input("x", Shapes.anyImages(3));
    String stem = b.relu(b.convBn(x, 8, Kernel.of(3).withStride(2), 1));
    String inner = b.relu(b.convBn(stem, 8, Kernel.of(3), 1));
    String sum = b.relu(b.add(List.of(stem, b.convBn(inner, 8, Kernel.of(3).withDilation(2), 1))));
    b.output(b.named("scores").biasedConv(sum, 5, Kernel.of(1), 1));
    b.output(b.named("depth").biasedConv(sum, 1, Kernel.of(3), 1));
    return b.build();
  }

  /** A segmentation network that gives labels, each score twice. */
  private static Graph labels() {
    GraphBuilder b = new GraphBuilder("labels", WeightSource.random(9));
    String x = b.input("x", Shapes.anyImages(3));
    String y = b.relu(b.biasedConv(x, 6, Kernel.of(3), 1));
    String scores = b.named("scores").biasedConv(y, 4, Kernel.of(3), 1);
    b.output(b.op("labels", new Op.ArgMax(1, false, false), List.of(scores), 1), ElementType.INT64);
    return b.build();
  }
}
