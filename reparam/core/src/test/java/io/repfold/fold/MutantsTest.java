package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.blocks.RandomGraph;
import io.repfold.blocks.RandomGraphs;
import io.repfold.blocks.RepKind;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tests the tests: what compares a folded graph with its original must notice every wrong rule. A
 * mutant is folded, which is exact, and compared with the graph that it was made from.
 */
@Tag("slow")
class MutantsTest {
  private static final int SEEDS = 1500;
  private static final int WANTED = 80;
  private static final double NOTICED = 1e-9;

  private record Pair(long seed, RandomGraph random, Graph original, Graph wrong) {
    double error() {
      Graph folded = Folder.fold(wrong).graph();
      return Equivalence.error(original, folded, Map.of("x", random.image(seed)));
    }
  }

  @ParameterizedTest
  @EnumSource(Mutant.class)
  void a_wrong_rule_is_noticed(Mutant mutant) {
    List<Pair> pairs =
        LongStream.range(0, SEEDS)
            .boxed()
            .flatMap(seed -> pair(mutant, seed, mutant.original(seed)))
            .limit(WANTED)
            .toList();
    assertThat(pairs).as("guard against mutants that change nothing").hasSizeGreaterThan(50);
    long noticed = pairs.parallelStream().filter(p -> !(p.error() <= NOTICED)).count();
    assertThat(noticed).isGreaterThanOrEqualTo((long) Math.ceil(0.95 * pairs.size()));
  }

  /** In a single row of pixels, or behind a scale of 0, mistakes do not show. */
  private static Stream<Pair> pair(Mutant mutant, long seed, RandomGraph random) {
    if (random.dims().get(2) < 2 || random.dims().get(3) < 2) {
      return Stream.empty();
    }
    Graph original = withChannels(random.graph(), c -> c.gamma = c.gamma == 0 ? 0.7 : c.gamma);
    return mutant.of(original).stream().map(wrong -> new Pair(seed, random, original, wrong));
  }

  private static Graph withChannels(Graph graph, Consumer<GraphEdit.Channel> change) {
    GraphEdit edit = new GraphEdit(graph);
    graph.nodes().stream()
        .filter(n -> n.op() instanceof Op.BatchNormalization)
        .forEach(n -> edit.eachChannel(n, change));
    return edit.build();
  }

  /**
   * Why every test has random statistics: with those of a new network, half the mistakes with
   * BatchNormalizations change nothing, or less than the tolerance of most comparisons.
   */
  @ParameterizedTest
  @EnumSource(
      names = {
        "NO_EPSILON",
        "EPSILON_GLOBAL",
        "EPSILON_OUTSIDE_THE_ROOT",
        "SCALE_BY_VARIANCE",
        "GAMMA_DROPPED",
        "BETA_DROPPED",
        "MEAN_DROPPED",
        "MEAN_SIGN",
        "INNER_SHIFT_DROPPED",
        "PAD_AFTER_NORM"
      })
  void default_statistics_would_hide_it(Mutant mutant) {
    for (long seed = 0; seed < 20; seed++) {
      RandomGraph random = RandomGraphs.block(RepKind.DBB, seed, ElementType.DOUBLE);
      Graph untrained = untrained(random.graph());
      Graph wrong = mutant.of(untrained).orElse(untrained);
      double error = new Pair(seed, random, untrained, wrong).error();
      assertThat(error).as("%s on %s", mutant, random).isLessThan(1e-5);
    }
  }

  private static Graph untrained(Graph graph) {
    GraphEdit edit = new GraphEdit(graph);
    graph.nodes().stream()
        .filter(n -> n.op() instanceof Op.BatchNormalization)
        .forEach(n -> edit.setEpsilon(n, 1e-5));
    return withChannels(
        edit.build(),
        c -> {
          c.gamma = 1;
          c.beta = 0;
          c.mean = 0;
          c.variance = 1;
        });
  }

  @Test
  void a_graph_without_a_mistake_passes() {
    for (long seed = 0; seed < 50; seed++) {
      RandomGraph random = RandomGraphs.block(seed);
      Pair same = new Pair(seed, random, random.graph(), random.graph());
      assertThat(same.error()).isLessThan(NOTICED);
    }
  }
}
