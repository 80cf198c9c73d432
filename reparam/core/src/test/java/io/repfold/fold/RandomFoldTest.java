package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.blocks.RandomGraph;
import io.repfold.blocks.RandomGraphs;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Listing;
import io.repfold.graph.Op;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class RandomFoldTest {
  private static final int BLOCKS = 10_000;
  private static final int SUMS = 4_000;
  private static final int CHAINS = 4_000;

  @Test
  void a_block_becomes_one_convolution_that_computes_the_same() {
    check(
        BLOCKS,
        RandomGraphs::block,
        (random, folded) -> {
          boolean one =
              folded.nodes().stream().filter(n -> n.op() instanceof Op.Conv).count() == 1
                  && folded.nodes().size() <= 2;
          assertThat(one)
              .as(() -> random + "\n" + Listing.of(random.graph()) + "\n" + Listing.of(folded))
              .isTrue();
        });
  }

  @Test
  void a_folded_sum_of_parallel_kernels_computes_the_same() {
    check(SUMS, RandomGraphs::sum, (random, folded) -> {});
  }

  @Test
  void a_folded_chain_with_shortcuts_computes_the_same() {
    check(CHAINS, RandomGraphs::chain, (random, folded) -> {});
  }

  @Test
  void growing_without_bound_a_folded_graph_still_computes_the_same() {
    FoldOptions grow = FoldOptions.DEFAULT.withGrowth(1000);
    LongStream.range(0, 3_000)
        .parallel()
        .forEach(
            seed -> {
              RandomGraph random =
                  seed % 2 == 0 ? RandomGraphs.sum(seed) : RandomGraphs.chain(seed);
              Graph folded = Folder.fold(random.graph(), grow).graph();
              Equivalence.assertHolds(
                  random.toString(), random.graph(), folded, Map.of("x", random.image(seed)));
            });
  }

  @Test
  void folding_twice_changes_nothing() {
    LongStream.range(0, 500)
        .mapToObj(RandomGraphs::chain)
        .forEach(
            random -> {
              Graph once = Folder.fold(random.graph()).graph();
              Folder.Result twice = Folder.fold(once);
              assertThat(twice.report().folded())
                  .as(() -> random + "\n" + Listing.of(once))
                  .isEmpty();
              assertThat(twice.graph()).isEqualTo(once);
            });
  }

  @Test
  void float32_weights_are_rounded_once() {
    for (long seed = 0; seed < 40; seed++) {
      for (var kind : io.repfold.blocks.RepKind.values()) {
        RandomGraph single = RandomGraphs.block(kind, seed, ElementType.FLOAT);
        Graph folded = Folder.fold(single.graph()).graph();
        double error = Equivalence.error(single.graph(), folded, Map.of("x", single.image(seed)));
        assertThat(error).as(single.toString()).isLessThan(1e-5);
      }
    }
  }

  private static void check(
      int count, LongFunction<RandomGraph> make, BiConsumer<RandomGraph, Graph> structure) {
    LongStream.range(0, count)
        .parallel()
        .forEach(
            seed -> {
              RandomGraph random = make.apply(seed);
              Graph folded = Folder.fold(random.graph()).graph();
              Equivalence.assertHolds(
                  random.toString(), random.graph(), folded, Map.of("x", random.image(seed)));
              structure.accept(random, folded);
            });
  }
}
