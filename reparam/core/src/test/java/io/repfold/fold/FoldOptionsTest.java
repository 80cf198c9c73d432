package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FoldOptionsTest {
  @ParameterizedTest
  @ValueSource(doubles = {1, 1.5, 1000})
  void a_growth_from_one_to_a_thousand_is_taken(double growth) {
    assertThat(FoldOptions.DEFAULT.withGrowth(growth).growth()).isEqualTo(growth);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.999, 0, -2, 1000.001, Double.NaN, Double.POSITIVE_INFINITY})
  void any_other_growth_is_refused(double growth) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FoldOptions.DEFAULT.withGrowth(growth))
        .withMessageContainingAll("between 1", "1000", "got " + growth);
  }

  @Test
  void a_changed_option_keeps_the_others() {
    MatrixProduct product = MatrixProduct.inJava();
    Map<String, long[]> shapes = new HashMap<>(Map.of("x", new long[] {1, 3, 4, 5}));
    FoldOptions options = FoldOptions.DEFAULT.withProduct(product).withShapes(shapes).withGrowth(3);
    shapes.clear();
    assertThat(options.product()).isSameAs(product);
    assertThat(options.shapes()).containsOnlyKeys("x");
    assertThat(options.withShapes(Map.of()).growth()).isEqualTo(3);
    assertThat(options.withProduct(MatrixProduct.inJava()).growth()).isEqualTo(3);
    assertThat(FoldOptions.DEFAULT.growth()).isEqualTo(1);
  }
}
