package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.blocks.RandomGraph;
import io.repfold.blocks.RandomGraphs;
import io.repfold.blocks.RepKind;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.Listing;
import io.repfold.graph.NdArray;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.WeightSource;
import io.repfold.kit.Difference;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExpanderTest {
  private static final int SEEDS = 120;

  /** With statistics and biases in every branch, so that nothing that is forgotten stays hidden. */
  private static ExpandOptions options(RepKind kind, long seed) {
    return ExpandOptions.of(kind)
        .withPointwise(true)
        .withScale(seed % 2 == 0 ? 0.1 : 1)
        .withWeights(seed % 3 == 0 ? WeightSource.he(seed) : WeightSource.random(seed));
  }

  @ParameterizedTest
  @EnumSource
  void a_block_computes_what_the_convolution_did_and_folds_into_it(RepKind kind) {
    int expandedSites = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      ElementType type = seed % 4 == 0 ? ElementType.FLOAT : ElementType.DOUBLE;
      RandomGraph random = RandomGraphs.convolution(seed, type);
      Expander.Result result = Expander.expand(random.graph(), options(kind, seed));
      Graph graph = result.graph();
      assertThat(result.report().leftAlone()).as(random.toString()).isEmpty();
      assertThat(result.report().expanded()).as(random.toString()).hasSize(1);
      assertSame(random, graph, type);
      Graph folded = Folder.fold(graph).graph();
      assertSame(random, folded, type);
      assertThat(folded.nodes())
          .as(() -> random + "\n" + Listing.of(graph) + "\n" + Listing.of(folded))
          .hasSize(1);
      assertSameGeometry(random.graph().nodes().get(0), folded.nodes().get(0));
      expandedSites += graph.nodes().size() > 2 || kind == RepKind.PLAIN ? 1 : 0;
    }
    assertThat(expandedSites).isGreaterThan(SEEDS / 2);
  }

  private static void assertSame(RandomGraph random, Graph graph, ElementType type) {
    Map<String, NdArray> inputs = Map.of("x", random.image(1));
    double[] wanted = output(random.graph(), inputs);
    double[] found = output(graph, inputs);
    assertThat(found).as(random.toString()).hasSameSizeAs(wanted);
    // A weight times the largest pixel: where an image is all border, the output is 0.
    double largest = 3 * largestWeight(random.graph());
    assertThat(Difference.ALL_FINITE.relativeToAtLeast(largest, wanted, found))
        .as(() -> random + "\n" + Listing.of(random.graph()) + "\n" + Listing.of(graph))
        .isLessThanOrEqualTo(type == ElementType.FLOAT ? 1e-6 : Equivalence.BAR);
  }

  private static double[] output(Graph graph, Map<String, NdArray> inputs) {
    return new Interpreter(graph).run(inputs).values().iterator().next().data();
  }

  private static double largestWeight(Graph graph) {
    return graph.initializers().values().stream()
        .flatMapToDouble(tensor -> Arrays.stream(tensor.toDoubles()))
        .map(Math::abs)
        .max()
        .orElseThrow();
  }

  private static void assertSameGeometry(Node before, Node after) {
    Op.Conv wanted = (Op.Conv) before.op();
    Op.Conv found = (Op.Conv) after.op();
    assertThat(found.groups()).isEqualTo(wanted.groups());
    assertThat(found.window().strides()).isEqualTo(wanted.window().strides());
    assertThat(found.window().pads()).isEqualTo(wanted.window().pads());
    assertThat(after.outputs()).isEqualTo(before.outputs());
  }
}
