package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.blocks.RepKind;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.WeightSource;
import io.repfold.kit.Nets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which BatchNormalizations are said to be untrained. */
class NormWarningsTest {
  private static final double[] ZEROS = {0, 0, 0};
  private static final double[] ONES = {1, 1, 1};

  private final GraphBuilder b = new GraphBuilder("net", WeightSource.random(1));
  private final String x = b.input("x", 1, 3, 2, 5);

  private void norm(String name, boolean training, double[] mean, double[] variance) {
    List<String> inputs = new ArrayList<>(List.of(x));
    for (double[] values : List.of(new double[] {2, -1, 0}, new double[] {1, 2, 3})) {
      inputs.add(b.constant(Tensor.ofDoubles(ElementType.FLOAT, values, 3)));
    }
    for (double[] values : List.of(mean, variance)) {
      inputs.add(b.initializer(name + "_stat", Tensor.ofDoubles(ElementType.FLOAT, values, 3)));
    }
    b.output(b.op(name, new Op.BatchNormalization(0.1f, 0.9f, training), inputs, 3));
  }

  private List<String> warnings() {
    Graph graph = b.build();
    List<String> warnings = Folder.warnings(graph);
    assertThat(Folder.fold(graph).report().warnings()).isEqualTo(warnings);
    assertThat(Folder.plan(graph, FoldOptions.DEFAULT).warnings()).isEqualTo(warnings);
    return warnings;
  }

  @Test
  void those_of_mean_0_and_variance_1_whatever_scale_and_shift_are() {
    norm("first", false, ZEROS, ONES);
    norm("second", false, new double[] {0, -0.0, 0}, ONES);

    assertThat(warnings())
        .singleElement()
        .asString()
        .startsWith("2 BatchNormalization nodes look untrained (mean 0 and variance 1 everywhere)")
        .contains("BatchNormalization 'first' among them")
        .endsWith("comparing outputs proves little");
  }

  @Test
  void one_alone_is_named() {
    norm("only", false, ZEROS, ONES);

    assertThat(warnings())
        .containsExactly(
            "1 BatchNormalization node looks untrained (mean 0 and variance 1 everywhere), "
                + "BatchNormalization 'only': comparing outputs proves little");
  }

  @Test
  void not_where_one_channel_has_another_mean_or_variance() {
    norm("mean", false, new double[] {0, 0, 1e-30}, ONES);
    norm("variance", false, ZEROS, new double[] {1, 1, Math.nextUp(1f)});
    norm("swapped", false, ONES, ZEROS);
    norm("nan", false, new double[] {0, Double.NaN, 0}, ONES);

    assertThat(warnings()).isEmpty();
  }

  @Test
  void those_in_training_mode_are_counted_by_themselves() {
    norm("batch", true, new double[] {1, 2, 3}, new double[] {4, 5, 6});
    norm("running", false, new double[] {1, 2, 3}, new double[] {4, 5, 6});

    assertThat(warnings())
        .containsExactly(
            "1 BatchNormalization node is in training mode; export the model in inference mode");
  }

  /** Their statistics are chosen and not learnt, and stay where norms are frozen. */
  @ParameterizedTest
  @EnumSource
  void not_those_of_blocks_that_an_expansion_made(RepKind kind) {
    Graph folded = Folder.fold(Nets.repVgg("x", Shape.of(1, 3, 8, 10))).graph();
    for (WeightSource weights : List.of(WeightSource.he(3), WeightSource.random(3))) {
      ExpandOptions options = ExpandOptions.of(kind).withPointwise(true).withWeights(weights);
      Expander.Result result = Expander.expand(folded, options);
      assertThat(result.report().expanded()).hasSize(3);
      assertThat(Folder.warnings(result.graph())).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void those_that_were_there_before_an_expansion(RepKind kind) {
    Graph untrained = Nets.untrained("x", Shape.of(1, 3, 8, 10));
    Graph expanded = Expander.expand(untrained, ExpandOptions.of(kind)).graph();

    assertThat(Folder.warnings(untrained)).hasSize(1);
    assertThat(Folder.warnings(expanded)).isEqualTo(Folder.warnings(untrained));
  }
}
