package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.blocks.RandomGraph;
import io.repfold.blocks.RandomGraphs;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Listing;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Products, scales along any axis, and what only moves elements, in any order. */
@Tag("slow")
class RandomWalkTest {
  private static final int WALKS = 1500;

  private static long size(Graph graph) {
    return graph.nodes().stream().filter(n -> !(n.op() instanceof Op.Constant)).count();
  }

  @Test
  void a_folded_walk_computes_the_same_with_no_more_nodes() {
    long changed =
        LongStream.range(0, WALKS)
            .parallel()
            .filter(
                seed -> {
                  RandomGraph random = RandomGraphs.walk(seed);
                  Graph folded = Folder.fold(random.graph()).graph();
                  double error =
                      Equivalence.error(random.graph(), folded, Map.of("x", random.image(seed)));
                  String what =
                      random + "\n" + Listing.of(random.graph()) + "\n" + Listing.of(folded);
                  assertThat(error).as(what).isLessThanOrEqualTo(1e-11);
                  assertThat(size(folded)).as(what).isLessThanOrEqualTo(size(random.graph()));
                  return size(folded) < size(random.graph());
                })
            .count();
    assertThat(changed).as("guard against walks in which nothing folds").isGreaterThan(WALKS / 2);
  }

  @Test
  void a_second_fold_finds_nothing() {
    LongStream.range(0, 2L * WALKS)
        .parallel()
        .forEach(
            seed -> {
              Graph once = Folder.fold(RandomGraphs.walk(seed).graph()).graph();
              Folder.Result twice = Folder.fold(once);
              String what = "seed %d%n%s".formatted(seed, Listing.of(once));
              assertThat(twice.report().folded()).as(what).isEmpty();
              assertThat(twice.graph()).as(what).isEqualTo(once);
            });
  }

  /**
   * Whatever the number of rounds, a float32 weight is what the fold of the same graph in double
   * has, rounded: a weight that one round rounds and the next one reads is another number.
   */
  @Test
  void numbers_are_rounded_once() {
    LongStream.range(0, 2L * WALKS)
        .parallel()
        .forEach(
            seed -> {
              Graph single = RandomGraphs.walk(seed, ElementType.FLOAT).graph();
              Graph folded = Folder.fold(single).graph();
              Graph exact = Folder.fold(widened(single)).graph();
              String what = "seed %d%n%s".formatted(seed, Listing.of(single));
              assertThat(folded.nodes()).as(what).isEqualTo(exact.nodes());
              exact
                  .initializers()
                  .forEach(
                      (name, tensor) ->
                          assertThat(folded.initializers().get(name).toDoubles())
                              .as("%s of %s", name, what)
                              .isEqualTo(narrowed(tensor).toDoubles()));
            });
  }

  private static Tensor narrowed(Tensor tensor) {
    return tensor.type().isFloat()
        ? Tensor.ofDoubles(ElementType.FLOAT, tensor.toDoubles(), tensor.dims())
        : tensor;
  }

  /** The same graph in double, but for the factors of a Resize. */
  private static Graph widened(Graph graph) {
    Set<String> factors =
        graph.nodes().stream()
            .filter(node -> node.op() instanceof Op.Resize)
            .map(node -> node.input(2))
            .collect(Collectors.toSet());
    Map<String, Tensor> wide = new LinkedHashMap<>();
    graph
        .initializers()
        .forEach(
            (name, tensor) ->
                wide.put(
                    name,
                    tensor.type().isFloat() && !factors.contains(name)
                        ? Tensor.ofDoubles(ElementType.DOUBLE, tensor.toDoubles(), tensor.dims())
                        : tensor));
    return graph.toBuilder()
        .replaceInputs(graph.inputs().stream().map(RandomWalkTest::widened).toList())
        .replaceOutputs(graph.outputs().stream().map(RandomWalkTest::widened).toList())
        .replaceDeclared(Map.of())
        .replaceInitializers(wide)
        .build();
  }

  private static Value widened(Value value) {
    return new Value(value.name(), value.type().map(t -> ElementType.DOUBLE), value.shape());
  }
}
