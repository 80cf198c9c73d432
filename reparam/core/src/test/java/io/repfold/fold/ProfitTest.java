package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.WeightSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A fold pays where neither multiply-adds nor memory traffic grow and one of them shrinks. */
class ProfitTest {
  private static final Kernel POINT = Kernel.of(1);

  private static GraphBuilder builder() {
    return new GraphBuilder("net", WeightSource.random(1), ElementType.DOUBLE);
  }

  /** Two pointwise convolutions, one behind the other. */
  private static Graph chain(int in, int middle, int out) {
    GraphBuilder b = builder();
    b.output(b.conv(b.conv(b.input("x", 1, in, 3, 4), middle, POINT, 1), out, POINT, 1));
    return b.build();
  }

  /**
   * A pointwise convolution behind the sum of two of two images of one channel. Folded, it is two
   * convolutions of {@code out} channels and their sum.
   *
   * <p>Multiply-adds a position: {@code 3 * middle + middle * out}, then {@code 3 * out}. Elements
   * that are read and written: {@code 2 + 6 * middle + out}, then {@code 2 + 5 * out}.
   */
  private static Graph behindSum(int middle, int out) {
    GraphBuilder b = builder();
    String left = b.conv(b.input("x", 1, 1, 3, 4), middle, POINT, 1);
    String right = b.conv(b.input("y", 1, 1, 3, 4), middle, POINT, 1);
    b.output(b.named("last").conv(b.named("sum").add(List.of(left, right)), out, POINT, 1));
    return b.build();
  }

  private static Verified folded(Graph graph, double growth) {
    return Verified.fold(graph, FoldOptions.DEFAULT.withGrowth(growth));
  }

  @Test
  void more_traffic_is_not_worth_fewer_multiply_adds() {
    folded(behindSum(2, 4), 1)
        .isLeftAlone(
            "folding 'sum' in would take 12 multiply-adds and 22 elements of traffic a position",
            "instead of 14 and 18");
  }

  @Test
  void growth_is_of_multiply_adds_and_never_of_traffic() {
    folded(behindSum(2, 4), 1000).isLeftAlone("22 elements of traffic a position instead of");
  }

  @Test
  void equal_traffic_and_fewer_multiply_adds_pay() {
    folded(behindSum(2, 3), 1).becomes("Conv", "Conv", "Add");
  }

  @Test
  void equal_multiply_adds_and_less_traffic_pay() {
    folded(chain(4, 2, 4), 1).becomes("Conv");
  }

  @ParameterizedTest
  @CsvSource({
    "4, 2, 5, would take 20 multiply-adds and 9 elements, instead of 18 and 13",
    "5, 2, 4, would take 20 multiply-adds and 9 elements, instead of 18 and 13",
    "3, 1, 2, would take 6 multiply-adds and 5 elements, instead of 5 and 7"
  })
  void less_traffic_is_not_worth_more_multiply_adds(
      int in, int middle, int out, String after, String before) {
    folded(chain(in, middle, out), 1).isLeftAlone(after, before);
  }

  @ParameterizedTest
  @CsvSource({
    "4, 1, 4, 2, true",
    "4, 1, 4, 1.99, false",
    "4, 1, 5, 2, false",
    "4, 1, 5, 2.23, true",
    "4, 2, 5, 1.12, true",
    "4, 2, 5, 1.11, false"
  })
  void multiply_adds_may_grow_by_the_factor_that_is_allowed_and_no_more(
      int in, int middle, int out, double growth, boolean folds) {
    Verified verified = folded(chain(in, middle, out), growth);
    if (folds) {
      verified.becomes("Conv");
    } else {
      verified.isLeftAlone("multiply-adds");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "10, 5, 10, 5, 1, false",
    "9, 5, 10, 5, 1, true",
    "10, 4, 10, 5, 1, true",
    "11, 4, 10, 5, 1, false",
    "9, 6, 10, 5, 1, false",
    "20, 4, 10, 5, 2, true",
    "21, 4, 10, 5, 2, false",
    "20, 5, 10, 5, 2, false",
    "10, 10, 10, 5, 2, false"
  })
  void one_must_shrink_and_the_other_must_not_grow(
      double multiplyAdds,
      double traffic,
      double multiplyAddsBefore,
      double trafficBefore,
      double growth,
      boolean improves) {
    Cost before = new Cost(multiplyAddsBefore, trafficBefore);
    assertThat(new Cost(multiplyAdds, traffic).improvesOn(before, growth)).isEqualTo(improves);
  }
}
