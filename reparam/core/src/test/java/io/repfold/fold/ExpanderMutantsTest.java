package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.blocks.RandomGraph;
import io.repfold.blocks.RandomGraphs;
import io.repfold.blocks.RepKind;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.WeightSource;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests the tests: blocks that a wrong expansion would make must differ from the convolution. */
@Tag("slow")
class ExpanderMutantsTest {
  private static final int SEEDS = 400;

  enum Wrong {
    REMAINDER_NOT_SUBTRACTED,
    FACTOR_NOT_DIVIDED_OUT,
    BIAS_TWICE,
    BIAS_OF_BRANCHES_KEPT,
    MEAN_FORGOTTEN,
    BORDER_NOT_BN_OF_0,
    GROUPS_IGNORED;

    /** Empty where the mistake would change nothing. */
    Optional<Graph> of(Graph before, Graph block) {
      GraphEdit edit = new GraphEdit(block);
      Node conv = block.nodes().get(0);
      Node norm = block.nodes().get(1);
      Node original = before.nodes().get(0);
      double[] bias =
          original.input(2).isEmpty()
              ? new double[edit.channels(norm).size()]
              : before.constant(original.input(2)).orElseThrow().toDoubles();
      double[] weight = before.constant(original.input(1)).orElseThrow().toDoubles();
      int[] index = {0};
      switch (this) {
        case REMAINDER_NOT_SUBTRACTED ->
            edit.set(conv.input(1), weight, edit.constant(conv.input(1)).dims());
        case FACTOR_NOT_DIVIDED_OUT -> edit.eachChannel(norm, c -> c.gamma *= 1.5);
        case BIAS_TWICE -> edit.eachChannel(norm, c -> c.beta += bias[index[0]++]);
        case BIAS_OF_BRANCHES_KEPT ->
            edit.eachChannel(norm, c -> c.beta = bias[index[0]++] + c.mean * c.factor());
        case MEAN_FORGOTTEN -> edit.eachChannel(norm, c -> c.beta -= c.mean * c.factor());
        case BORDER_NOT_BN_OF_0 -> {
          return Mutant.PAD_AFTER_NORM.of(block);
        }
        case GROUPS_IGNORED -> {
          return Mutant.GROUPS_ROTATED.of(block);
        }
      }
      return edit.isUnchanged() || this == BIAS_TWICE && original.input(2).isEmpty()
          ? Optional.empty()
          : Optional.of(edit.build());
    }
  }

  private record Pair(RandomGraph random, Graph wrong) {
    boolean isNoticed() {
      return !(Equivalence.error(random.graph(), wrong, Map.of("x", random.image(1))) <= 1e-9);
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_wrong_block_is_noticed(Wrong wrong) {
    var pairs =
        LongStream.range(0, SEEDS)
            .mapToObj(seed -> pair(wrong, seed))
            .flatMap(Optional::stream)
            .toList();
    assertThat(pairs).as("guard against mistakes that change nothing").hasSizeGreaterThan(20);
    assertThat(pairs.stream().filter(Pair::isNoticed).count())
        .isGreaterThanOrEqualTo((long) Math.ceil(0.9 * pairs.size()));
  }

  private static Optional<Pair> pair(Wrong wrong, long seed) {
    RandomGraph random = RandomGraphs.convolution(seed, ElementType.DOUBLE);
    if (random.dims().get(2) < 2 || random.dims().get(3) < 2) {
      return Optional.empty();
    }
    ExpandOptions options =
        ExpandOptions.of(RepKind.DBB).withScale(1).withWeights(WeightSource.random(seed));
    Expander.Result result = Expander.expand(random.graph(), options);
    return result.report().expanded().isEmpty()
        ? Optional.empty()
        : wrong.of(random.graph(), result.graph()).map(graph -> new Pair(random, graph));
  }
}
