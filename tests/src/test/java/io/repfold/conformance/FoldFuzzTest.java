package io.repfold.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.sun.management.ThreadMXBean;
import io.repfold.fold.FoldOptions;
import io.repfold.fold.Folder;
import io.repfold.graph.Dim;
import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.NdArray;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Value;
import io.repfold.kit.Difference;
import io.repfold.kit.Values;
import io.repfold.onnx.OnnxFormatException;
import io.repfold.onnx.OnnxModel;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Mutated models are folded, or refused with the exceptions that are meant for it; and what is
 * folded computes the same, where the mutant computes anything.
 */
@Tag("slow")
class FoldFuzzTest {
  private static final Path FIXTURES = Path.of("src/test/resources/pytorch");
  private static final int MUTANTS = Integer.getInteger("repfold.fuzz.mutants", 5_000);
  private static final long SEED = Long.getLong("repfold.fuzz.seed", 20_260_103);
  private static final long MOST_ELEMENTS = 100_000;

  /** All mutants are small, so that one which takes this much more than most grows with no size. */
  private static final long MOST_OVER_MEDIAN = 10_000;

  private final Map<String, Integer> counts = new TreeMap<>();
  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final List<Long> processorTimes = new ArrayList<>();
  private long largest;

  @Test
  void mutated_models_are_folded_or_refused() throws IOException {
    List<ModelProto> seeds = seeds();
    SplittableRandom random = new SplittableRandom(SEED);
    ModelMutator mutator = new ModelMutator(random);
    for (int i = 0; i < MUTANTS; i++) {
      ModelProto model = seeds.get(i % seeds.size());
      for (int times = 1 + random.nextInt(3); times > 0; times--) {
        model = mutator.mutate(model);
      }
      foldMeasured(i, model.toByteArray());
    }
    Collections.sort(processorTimes);
    long median = processorTimes.get(processorTimes.size() / 2);
    long slowest = processorTimes.get(processorTimes.size() - 1);
    System.out.printf(
        "Fold fuzz, %d seeds: %s, processor time of a mutant %d us, of the slowest %d us, largest %d MiB%n",
        seeds.size(), counts, median / 1000, slowest / 1000, largest >> 20);
    assertThat(seeds).hasSizeGreaterThan(200);
    assertThat(counts.get("folded")).isGreaterThan(MUTANTS / 3);
    assertThat(counts.get("agree")).isGreaterThan(MUTANTS / 10);
    assertThat(slowest / median)
        .as("processor time of the slowest mutant over that of the median")
        .isLessThan(MOST_OVER_MEDIAN);
    assertThat(largest).as("bytes").isLessThan(1 << 29);
  }

  private void foldMeasured(int number, byte[] model) {
    long thread = Thread.currentThread().getId();
    long start = threads.getCurrentThreadCpuTime();
    long before = threads.getThreadAllocatedBytes(thread);
    try {
      Graph graph = OnnxModel.read("mutant " + number, model).graph();
      FoldOptions options =
          number % 5 == 0 ? FoldOptions.DEFAULT.withGrowth(1000) : FoldOptions.DEFAULT;
      Graph folded = Folder.fold(graph, options).graph();
      largest = Math.max(largest, threads.getThreadAllocatedBytes(thread) - before);
      processorTimes.add(threads.getCurrentThreadCpuTime() - start);
      count("folded");
      compare(number, graph, folded);
    } catch (OnnxFormatException e) {
      count("unreadable");
    } catch (InvalidGraphException e) {
      count("invalid");
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      throw new AssertionError("Mutant %d of seed %d".formatted(number, SEED), e);
    }
  }

  private void count(String what) {
    counts.merge(what, 1, Integer::sum);
  }

  private void compare(int number, Graph graph, Graph folded) {
    Optional<Map<String, NdArray>> inputs = inputs(graph, new SplittableRandom(number));
    if (inputs.isEmpty()) {
      return;
    }
    Map<String, NdArray> expected;
    try {
      expected = new Interpreter(graph).run(inputs.get());
    } catch (InvalidGraphException e) {
      return;
    }
    Map<String, NdArray> actual = new Interpreter(folded).run(inputs.get());
    expected.forEach(
        (name, wanted) ->
            assertThat(Difference.WHERE_FINITE.relative(wanted, actual.get(name)))
                .as("output '%s' of mutant %d", name, number)
                .isLessThan(1e-4));
    count("agree");
  }

  /** Small inputs of the declared shapes; nothing if a value is large or of unknown shape. */
  private static Optional<Map<String, NdArray>> inputs(Graph graph, SplittableRandom random) {
    List<Value> outputs = graph.outputs().stream().map(v -> Values.any(v.name())).toList();
    Graph bare = graph.toBuilder().replaceDeclared(Map.of()).replaceOutputs(outputs).build();
    if (graph.nodes().stream().anyMatch(n -> n.op() instanceof Op.Opaque)
        || ShapeInference.infer(bare).values().stream().anyMatch(v -> isLarge(v))) {
      return Optional.empty();
    }
    Map<String, NdArray> inputs = new HashMap<>();
    for (Value input : graph.inputs()) {
      if (input.type().isEmpty() || !input.type().get().isNumeric()) {
        return Optional.empty();
      }
      boolean real = input.type().get().isFloat();
      int[] dims = dims(input.shape().orElseThrow());
      double[] data = new double[Arrays.stream(dims).reduce(1, (a, b) -> a * b)];
      Arrays.setAll(data, i -> real ? random.nextDouble(-2, 2) : random.nextInt(3));
      inputs.put(input.name(), new NdArray(input.type().get(), dims, data));
    }
    return Optional.of(inputs);
  }

  private static boolean isLarge(Value value) {
    double elements = value.shape().isPresent() ? 1 : Double.POSITIVE_INFINITY;
    for (Dim dim : value.shape().map(Shape::dims).orElse(List.of())) {
      double size = dim instanceof Dim.Known known ? known.size() : 8;
      elements *= Math.max(1, size);
    }
    return elements > MOST_ELEMENTS;
  }

  private static int[] dims(Shape shape) {
    int[] dims = new int[shape.rank()];
    for (int i = 0; i < dims.length; i++) {
      long size = shape.dim(i) instanceof Dim.Known known ? known.size() : 5L + i;
      dims[i] = Math.toIntExact(size);
    }
    return dims;
  }

  private static List<ModelProto> seeds() throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> all = Files.list(FIXTURES)) {
      all.filter(f -> f.toString().endsWith(".onnx")).sorted().forEach(files::add);
    }
    String linear =
        ".*(conv|batchnorm|average|pad|slice|concat|scatternd|where|cast|reshape|transpose|drop|sum).*";
    OnnxTestData.cases().stream()
        .filter(one -> one.name().matches(linear))
        .map(OnnxTestData.Case::model)
        .forEach(files::add);
    List<ModelProto> seeds = new ArrayList<>();
    for (Path file : files) {
      if (Files.size(file) < 100_000) {
        seeds.add(ModelProto.parseFrom(Files.readAllBytes(file)));
      }
    }
    return seeds;
  }
}
