package io.repfold.blocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.repfold.graph.ElementType;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RepBlockNumbersTest {
  private static final int SEEDS = 100;

  private static NdArray run(RandomGraph random, NdArray image) {
    return new Interpreter(random.graph()).run(Map.of("x", image)).values().iterator().next();
  }

  @ParameterizedTest
  @EnumSource
  void a_block_computes_what_its_kind_says(RepKind kind) {
    for (int seed = 0; seed < SEEDS; seed++) {
      RandomBlock block = RandomBlock.of(kind, seed, ElementType.DOUBLE);
      NdArray image = block.random().image(seed);
      double[] expected = new DirectBlock(block.random().graph(), block.spec(), image).outputs();
      double[] got = run(block.random(), image).data();
      assertThat(got).as("%s", block.random()).hasSameSizeAs(expected);
      for (int i = 0; i < got.length; i++) {
        assertThat(got[i])
            .as("%s, element %d", block.random(), i)
            .isCloseTo(expected[i], within(1e-11 * Math.max(1, Math.abs(expected[i]))));
      }
    }
  }

  @Test
  void random_graphs_compute() {
    for (int seed = 0; seed < SEEDS; seed++) {
      for (RandomGraph random :
          new RandomGraph[] {RandomGraphs.sum(seed), RandomGraphs.chain(seed)}) {
        assertThat(run(random, random.image(seed)).data()).as("%s", random).isNotEmpty();
      }
    }
  }
}
