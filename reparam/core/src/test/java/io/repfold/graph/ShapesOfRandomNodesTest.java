package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is inferred of a node is what the interpreter finds, or refuses, when it computes it. */
class ShapesOfRandomNodesTest {
  private static final int DRAWS = 150;

  /** What came of trying: a result or a refusal. */
  private record Outcome<T>(Optional<T> result, String refusal) {
    private interface Attempt<T> {
      T run();
    }

    static <T> Outcome<T> of(Attempt<T> attempt) {
      try {
        return new Outcome<>(Optional.of(attempt.run()), "");
      } catch (InvalidGraphException e) {
        return new Outcome<>(Optional.empty(), e.getMessage());
      }
    }
  }

  private static Outcome<List<NdArray>> computed(RandomNode node) {
    return Outcome.of(() -> Interpreter.evaluate(node.node(), node.inputs()));
  }

  @ParameterizedTest
  @EnumSource
  void known_sizes_give_the_computed_shape_or_the_same_refusal(NodeKind kind) {
    int accepted = 0;
    for (long seed = 0; seed < DRAWS; seed++) {
      RandomNode node = kind.draw(seed);
      Outcome<List<NdArray>> computed = computed(node);
      Outcome<Map<String, Value>> inferred =
          Outcome.of(() -> ShapeInference.infer(graph(node, Symbols.NONE)));

      String what = "seed %d: %s: %s / %s".formatted(seed, node, computed, inferred);
      assertThat(inferred.result().isPresent()).as(what).isEqualTo(computed.result().isPresent());
      if (computed.result().isEmpty()) {
        String label = node.op().type() + " 'n', inputs (";
        assertThat(computed.refusal()).as(what).startsWith(label);
        assertThat(inferred.refusal()).as(what).startsWith(label);
        continue;
      }
      accepted++;
      for (int i = 0; i < node.outputs(); i++) {
        NdArray array = computed.result().get().get(i);
        assertThat(inferred.result().get().get("o" + i))
            .as(what)
            .hasToString("o" + i + ": " + array.type() + Arrays.toString(array.dims()));
      }
    }
    assertThat(accepted).isBetween(DRAWS / 3, DRAWS);
  }

  @ParameterizedTest
  @EnumSource
  void open_sizes_say_nothing_that_is_not_so(NodeKind kind) {
    int known = 0;
    for (long seed = 0; seed < DRAWS; seed++) {
      RandomNode node = kind.draw(seed);
      Outcome<List<NdArray>> computed = computed(node);
      if (computed.result().isEmpty() || isEmpty(computed.result().get(), node)) {
        continue;
      }
      Symbols symbols = new Symbols(new SplittableRandom(seed));
      Graph graph = graph(node, symbols);
      Map<String, Value> inferred = ShapeInference.infer(graph);
      for (int i = 0; i < node.outputs(); i++) {
        Value value = inferred.get("o" + i);
        NdArray array = computed.result().get().get(i);
        String what = "seed %d: %s of %s: %s".formatted(seed, node, graph.inputs(), value);
        value.type().ifPresent(t -> assertThat(t).as(what).isEqualTo(array.type()));
        if (value.shape().isPresent()) {
          known += check(what, value.shape().get(), array, symbols);
        }
      }
    }
    assertThat(known).isGreaterThan(0);
  }

  /** Slices and ranges are taken not to be empty where sizes are open. */
  private static boolean isEmpty(List<NdArray> outputs, RandomNode node) {
    return outputs.get(0).data().length == 0
        && !(node.op() instanceof Op.Conv || node.op() instanceof Op.MatMul);
  }

  /** Compares what is known of a shape; gives the number of dimensions that are. */
  private static int check(String what, Shape shape, NdArray array, Symbols symbols) {
    assertThat(shape.rank()).as(what).isEqualTo(array.rank());
    int known = 0;
    for (int axis = 0; axis < array.rank(); axis++) {
      String dim = shape.dim(axis).toString();
      if (!dim.contains("[")) {
        assertThat(TextValue.of(dim, symbols.sizes)).as(what).isEqualTo(array.dim(axis));
        known++;
      }
    }
    return known;
  }

  private static Graph graph(RandomNode node, Symbols symbols) {
    Graph.Builder graph = new Graph.Builder("g");
    for (int i = 0; i < node.inputs().size(); i++) {
      NdArray array = node.inputs().get(i);
      if (array == null) {
        continue;
      }
      if (node.parameters().get(i) && !symbols.hides()) {
        graph.initializer("i" + i, array.toTensor());
      } else {
        graph.input(symbols.value("i" + i, array));
      }
    }
    return graph.node(node.node()).build();
  }

  /** Opens some of the sizes of inputs: a symbol stands for one size, but a size may have two. */
  private static final class Symbols {
    static final Symbols NONE = new Symbols(new SplittableRandom(0), false);

    final Map<String, Long> sizes = new HashMap<>();
    private final SplittableRandom random;
    private final boolean open;

    Symbols(SplittableRandom random) {
      this(random, true);
    }

    private Symbols(SplittableRandom random, boolean open) {
      this.random = random;
      this.open = open;
    }

    /** Whether a parameter is no constant. */
    boolean hides() {
      return open && random.nextInt(8) == 0;
    }

    Value value(String name, NdArray array) {
      return open && random.nextInt(10) == 0
          ? new Value(name, Optional.of(array.type()), Optional.empty())
          : Value.of(name, array.type(), shape(array));
    }

    Shape shape(NdArray array) {
      List<Dim> dims = new ArrayList<>();
      for (int size : array.dims()) {
        dims.add(dim(size));
      }
      return new Shape(dims);
    }

    Dim dim(int size) {
      if (!open) {
        return Dim.of(size);
      }
      if (random.nextInt(3) == 0) {
        return random.nextInt(4) == 0 ? Dim.unknown() : Dim.of(size);
      }
      String name = "s" + size + "abc".charAt(random.nextInt(3));
      sizes.put(name, (long) size);
      return new Dim.Symbol(name);
    }
  }
}
