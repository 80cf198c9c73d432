package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.blocks.RandomGraph;
import io.repfold.blocks.RandomGraphs;
import io.repfold.graph.Graph;
import io.repfold.graph.Listing;
import io.repfold.graph.Op;
import java.util.Map;
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

  /** The search is greedy, so that a second fold may find a little that the first did not. */
  @Test
  void a_second_fold_finds_next_to_nothing() {
    int walks = 500;
    long smaller =
        LongStream.range(0, walks)
            .parallel()
            .filter(
                seed -> {
                  Graph once = Folder.fold(RandomGraphs.walk(seed).graph()).graph();
                  long twice = size(Folder.fold(once).graph());
                  assertThat(twice).as("seed %d", seed).isLessThanOrEqualTo(size(once));
                  return twice < size(once);
                })
            .count();
    assertThat(smaller).isLessThanOrEqualTo(walks / 100);
  }
}
