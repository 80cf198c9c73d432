package io.repfold.precision.half;

import static io.repfold.kit.Layers.ADD;
import static io.repfold.kit.Layers.MUL;
import static io.repfold.kit.Layers.RELU;
import static io.repfold.precision.Graphs.SOFTMAX;
import static io.repfold.precision.Graphs.conv;
import static io.repfold.precision.Graphs.images;
import static io.repfold.precision.Graphs.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Rounding;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Value;
import io.repfold.kit.Difference;
import io.repfold.kit.Tensors;
import io.repfold.kit.Values;
import io.repfold.onnx.OnnxModel;
import io.repfold.precision.Graphs;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random graphs, of which random nodes stay float32. */
class HalfCastsTest {
  static IntStream seeds() {
    return IntStream.range(0, 150);
  }

  private static Graph random(SplittableRandom random) {
    Graph.Builder b = images(3, 4);
    List<String> values = new ArrayList<>(List.of("x"));
    int nodes = 3 + random.nextInt(12);
    for (int i = 0; i < nodes; i++) {
      String first = values.get(random.nextInt(values.size()));
      String second = values.get(random.nextInt(values.size()));
      String name = i == nodes - 1 ? "y" : "v" + i;
      switch (random.nextInt(7)) {
        case 0, 1 -> conv(b, first, name, 0.4);
        case 2 -> b.node(ADD, List.of(first, second), name);
        case 3 -> b.node(SOFTMAX, List.of(first), name);
        case 4 -> b.node(RELU, List.of(first), name);
        case 5 -> b.node(new Op.Cast(ElementType.FLOAT), List.of(first), name);
        default -> {
          b.initializer(name + ".factor", Tensors.random(random, 1, 4, 1, 1));
          b.node(MUL, List.of(first, name + ".factor"), name);
        }
      }
      values.add(name);
    }
    if (random.nextBoolean()) {
      b.output(Values.float32(values.get(1 + random.nextInt(values.size() - 2))));
    }
    return b.output(Values.float32("y")).build();
  }

  private static Set<String> kept(SplittableRandom random, Graph graph) {
    Set<String> kept = new HashSet<>();
    for (Node node : graph.nodes()) {
      if (random.nextInt(4) == 0) {
        kept.add(node.output());
      }
    }
    return kept;
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void types_fit_and_no_cast_is_wasted(int seed) {
    var random = new SplittableRandom(seed);
    Graph graph = random(random);
    HalfOptions options =
        HalfOptions.FLOAT16.withFloat32(kept(random, graph)).withBoundary(random.nextBoolean());

    HalfPrecision.Result result = HalfPrecision.convert(graph, options);

    Graph half = result.graph();
    assertTypesFit(half);
    assertNoCastIsWasted(graph, half);
    ElementType boundary = options.keepsBoundary() ? ElementType.FLOAT : ElementType.FLOAT16;
    assertThat(half.outputs()).allMatch(o -> o.type().orElseThrow() == boundary);
    double[] expected = run(graph, Rounding.NONE);
    assertThat(Difference.ALL_FINITE.relative(expected, run(half, Rounding.STORED)))
        .isLessThan(0.02);
    OnnxModel written = OnnxModel.read("written", OnnxModel.of(half).toBytes());
    assertThat(written.graph().nodes()).isEqualTo(half.nodes());
  }

  /** The rule of all ops here: real inputs have one type, except for Cast. */
  private static void assertTypesFit(Graph half) {
    Map<String, Value> known = ShapeInference.infer(half);
    for (Node node : half.nodes()) {
      if (!(node.op() instanceof Op.Cast)) {
        assertThat(node.inputs().stream().map(i -> known.get(i).type().orElseThrow()).distinct())
            .as(node.describe())
            .hasSize(1);
      }
    }
  }

  private static void assertNoCastIsWasted(Graph before, Graph half) {
    Set<List<Object>> seen = new HashSet<>();
    for (Node cast : Graphs.casts(half)) {
      if (before.nodes().stream().anyMatch(n -> n.name().equals(cast.name()))) {
        continue;
      }
      Op.Cast op = (Op.Cast) cast.op();
      assertThat(seen.add(List.of(cast.input(0), op.to()))).as(cast.describe()).isTrue();
      assertThat(half.producer(cast.input(0)).filter(n -> n.op() instanceof Op.Cast))
          .as("%s of a Cast", cast.describe())
          .isEmpty();
      boolean read = !half.readers(cast.output()).isEmpty() || half.isOutput(cast.output());
      assertThat(read).as(cast.describe()).isTrue();
    }
  }
}
