package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.WeightSource;
import io.repfold.graph.WeightSource.Role;
import io.repfold.graph.Window;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The error bound of a region holds: no input between -1 and 1 moves an output farther, when the
 * region is computed in double with rounded weights and with exact ones. And it says no more than
 * it must.
 */
class ErrorBoundTest {
  private static final int GRAPHS = 60;

  /** More input elements take too long, one at a time. */
  private static final int MOST_ELEMENTS = 200;

  /** How much the bound may exceed the truth where a position meets a hundred weights and more. */
  private static final double LOOSE = 4;

  /** The most that rounding moves a number of this magnitude, straight from the formats. */
  private static double error(ElementType type, double magnitude) {
    return switch (type) {
      case FLOAT16 -> Math.min(magnitude, Math.max(magnitude, 0x1p-14) * 0x1p-11);
      case BFLOAT16 -> Math.min(magnitude, Math.max(magnitude, 0x1p-126) * 0x1p-8);
      case FLOAT -> Math.min(magnitude, Math.max(magnitude, 0x1p-126) * 0x1p-24);
      default -> magnitude * 0x1p-53;
    };
  }

  private static int size(Graph graph) {
    return switch (graph.inputs().get(0).shape().orElseThrow().rank()) {
      case 3 -> 11;
      case 4 -> 7;
      default -> 5;
    };
  }

  @Test
  void no_input_moves_an_output_farther_and_the_bound_is_the_sum_over_the_weights_of_one_output() {
    int regions = 0;
    for (long seed = 0; seed < GRAPHS; seed++) {
      Graph before = ReportGraphs.of(seed);
      Folder.Result result = Folder.fold(before);
      for (FoldReport.Folded found : result.report().folded()) {
        RoundedRegion region =
            new RoundedRegion(before, result.graph(), found.target(), size(before));
        if (region.elements() > MOST_ELEMENTS) {
          continue;
        }
        ElementType type = ReportGraphs.type(seed);
        double expected = region.largestSum(magnitude -> error(type, magnitude));
        double split = found.became().size() == 1 ? 0 : biases(before, result.graph(), found, type);
        assertThat(found.errorBound())
            .as("seed %d, %s", seed, found)
            .isBetween(expected * (1 - 1e-6), expected * (1 + 1e-6) + 1.01 * split);
        if (type != ElementType.DOUBLE) {
          assertThat(region.moved())
              .as("seed %d, %s", seed, found)
              .isLessThanOrEqualTo(found.errorBound());
        }
        regions++;
      }
    }
    assertThat(regions).isGreaterThan(GRAPHS / 2);
  }

  private static double[] biasOf(Graph graph, Node node) {
    return graph.constant(node.input(2)).map(Tensor::toDoubles).orElse(new double[0]);
  }

  /**
   * Several convolutions have a bias each, and rounding each loses more than rounding their sum.
   */
  private static double biases(
      Graph before, Graph after, FoldReport.Folded found, ElementType type) {
    double sum = 0;
    for (Node node : new ReportRecount(before, after).weights(found.target()).keySet()) {
      double largest = 0;
      for (double bias : biasOf(after, node)) {
        largest = Math.max(largest, error(type, Math.abs(bias)));
      }
      sum += largest;
    }
    return sum;
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT16, true",
    "FLOAT16, false",
    "BFLOAT16, true",
    "BFLOAT16, false",
    "FLOAT, true"
  })
  void where_many_weights_meet_the_bound_is_a_few_times_the_truth(
      ElementType type, boolean transposed) {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(5), type).withEpsilon(0.05f);
    String x = b.input("x", 1, 12, 4, 5);
    b.output(b.batchNorm(convolution(b, x, 4, transposed, 2)));
    Graph before = b.build();
    Folder.Result result = Folder.fold(before);
    FoldReport.Folded found = result.report().folded().get(0);
    RoundedRegion region = new RoundedRegion(before, result.graph(), found.target(), 5);
    double moved = region.moved();
    assertThat(moved).isCloseTo(region.farthest(), withinPercentage(1e-3));
    assertThat(found.errorBound()).isBetween(moved, LOOSE * moved);
  }

  /**
   * Kernel 5x6 where it is transposed, so that a position meets about as many weights as of 3x3.
   */
  private static String convolution(
      GraphBuilder b, String x, int out, boolean transposed, int stride) {
    int in = b.channels(x);
    if (transposed) {
      String weight = b.parameter("weight", Role.KERNEL, in, out, 5, 6);
      Window window = Window.of(List.of(stride, stride), List.of(), List.of());
      Op op = new Op.ConvTranspose(window, 1, List.of(), List.of());
      return b.op("up", op, List.of(x, weight), out);
    }
    String weight = b.parameter("weight", Role.KERNEL, out, in, 3, 3);
    return b.op("conv", new Op.Conv(Window.DEFAULT, 1), List.of(x, weight), out);
  }

  /** Both kinds of convolution, of one weight an output, and a factor behind it. */
  private static Graph scaled(ElementType type, boolean transposed, double weight, double factor) {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(1), type);
    String x = b.input("x", 1, 1, 5, 5);
    String kernel = b.parameter("kernel", Role.KERNEL, 1, 1, 2, 2);
    Window window = Window.of(List.of(2, 2), List.of(), List.of());
    Op op =
        transposed ? new Op.ConvTranspose(window, 1, List.of(), List.of()) : new Op.Conv(window, 1);
    String y = b.op("y", op, List.of(x, kernel), 1);
    String scale = b.parameter("scale", Role.GAMMA, 1, 1, 1);
    b.output(b.binary(Op.Binary.Function.MUL, y, scale));
    Graph graph = b.build();
    Map<String, Tensor> all = new LinkedHashMap<>(graph.initializers());
    all.replaceAll((name, tensor) -> filled(tensor, name.equals("kernel") ? weight : factor));
    return graph.toBuilder().replaceInitializers(all).build();
  }

  private static Tensor filled(Tensor tensor, double value) {
    double[] values = new double[(int) tensor.size()];
    Arrays.fill(values, value);
    return Tensor.ofDoubles(tensor.type(), values, tensor.dims());
  }

  @ParameterizedTest
  @CsvSource({
    "0x1p-10, 0x1.8p-4, 0x1.8p-25",
    "0x1p-10, 0x1.8p-8, 0x1p-25",
    "0x1p-10, 0x1.8p-13, 0x1p-25",
    "0x1p-10, 0x1.8p-15, 0x1p-25",
    "0x1p-10, 0x1.8p-17, 0x1.8p-27",
    "0x1p-14, 0x1p-14, 0x1p-28"
  })
  void float16_weights_too_small_for_all_digits_lose_half_a_step_or_all_there_is(
      String weight, String factor, String each) {
    for (boolean transposed : new boolean[] {false, true}) {
      Graph graph =
          scaled(
              ElementType.FLOAT16,
              transposed,
              Double.parseDouble(weight),
              Double.parseDouble(factor));
      // A position of the output meets four weights, or one where they are transposed.
      assertThat(Folder.fold(graph).report().folded().get(0).errorBound())
          .isEqualTo((transposed ? 1 : 4) * Double.parseDouble(each));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void a_weight_that_becomes_infinite_is_not_folded_and_has_no_bound(boolean transposed) {
    Graph fits = scaled(ElementType.FLOAT16, transposed, 16376, 4);
    FoldReport report = Folder.fold(fits).report();
    assertThat(report.folded().get(0).largestWeight()).isEqualTo(65504);
    assertThat(report.folded().get(0).errorBound())
        .isEqualTo((transposed ? 1 : 4) * 65504 * 0x1p-11);
    Graph overflows = scaled(ElementType.FLOAT16, transposed, 16384, 4);
    Verified.fold(overflows).isLeftAlone("too large for FLOAT16");
    assertThat(Folder.fold(overflows).report().folded()).isEmpty();
  }
}
