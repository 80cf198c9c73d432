package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.repfold.kit.Images;
import io.repfold.kit.Shapes;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdaptivePoolingTest {
  private static final int BATCH = 2;
  private static final int CHANNELS = 3;

  private static Graph pooling(int bins) {
    GraphBuilder b = new GraphBuilder("pooling", WeightSource.he(1));
    String x = b.input("x", Shapes.anyImages(CHANNELS));
    b.output(b.named("y").adaptiveAveragePool(x, bins));
    return b.build();
  }

  /** The mean of each region, pixel by pixel. */
  private static double[] means(double[] x, int height, int width, int bins) {
    double[] means = new double[BATCH * CHANNELS * bins * bins];
    for (int i = 0; i < means.length; i++) {
      int row = i / bins % bins;
      int column = i % bins;
      int bottom = ((row + 1) * height + bins - 1) / bins;
      int right = ((column + 1) * width + bins - 1) / bins;
      double sum = 0;
      int count = 0;
      for (int h = row * height / bins; h < bottom; h++) {
        for (int w = column * width / bins; w < right; w++, count++) {
          sum += x[(i / (bins * bins) * height + h) * width + w];
        }
      }
      means[i] = sum / count;
    }
    return means;
  }

  @ParameterizedTest(name = "{0} x {1} in {2}")
  @CsvSource({"12, 6, 3", "7, 5, 2", "17, 13, 6", "60, 45, 6", "4, 9, 6", "1, 2, 3", "5, 8, 1"})
  void regions_are_those_of_the_definition(int height, int width, int bins) {
    NdArray image = Images.random(1, 1, BATCH, CHANNELS, height, width);

    NdArray y = new Interpreter(pooling(bins)).run(Map.of("x", image)).get("y");

    assertThat(y.dims()).containsExactly(BATCH, CHANNELS, bins, bins);
    assertThat(y.data()).containsExactly(means(image.data(), height, width, bins), within(1e-14));
  }

  @Test
  void the_result_has_a_known_size_whatever_the_image() {
    for (int bins : new int[] {1, 4}) {
      assertThat(ShapeInference.infer(pooling(bins)).get("y"))
          .hasToString("y: FLOAT[N, 3, %d, %d]".formatted(bins, bins));
    }
  }

  @Test
  void there_is_at_least_one_region() {
    assertThatThrownBy(() -> pooling(0))
        .hasMessage("Adaptive pooling of 'x': bins must be at least 1, got 0");
  }
}
