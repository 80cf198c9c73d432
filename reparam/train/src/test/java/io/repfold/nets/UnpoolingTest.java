package io.repfold.nets;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import io.repfold.blocks.RepKind;
import io.repfold.config.NamedArguments;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.WeightSource;
import io.repfold.kit.Shapes;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values go to the places of the maxima, the first of equal ones. */
class UnpoolingTest {
  /** Pools an image and puts twice its maxima back. */
  private static Graph ours() {
    GraphBuilder b = new GraphBuilder("unpool", WeightSource.he(1));
    String image = b.input("image", Shapes.anyImages(3));
    NamedArguments none = new NamedArguments("none", Map.of());
    Layers layers = new Layers(b, RepSites.read(none, RepKind.PLAIN));
    Unpooling unpooling = Unpooling.of(layers, image);
    String maxima = layers.halve(image, false);
    String twice = b.add(List.of(maxima, maxima));
    b.output(unpooling.append(layers, twice));
    return b.build();
  }

  /** Twice the first maximum of each 2 x 2 pixels at its place, and zeros. */
  private static double[] expected(double[] image, int height, int width) {
    double[] result = new double[image.length];
    for (int plane = 0; plane < image.length; plane += height * width) {
      for (int y = 0; y + 1 < height; y += 2) {
        for (int x = 0; x + 1 < width; x += 2) {
          int first = plane + y * width + x;
          int best = first;
          for (int next : new int[] {first + 1, first + width, first + width + 1}) {
            best = image[next] > image[best] ? next : best;
          }
          result[best] = 2 * image[best];
        }
      }
    }
    return result;
  }

  /** Few values, so that many maxima are equal. */
  private static NdArray image(int height, int width, int values) {
    Random random = new Random(height + 31L * width + values);
    double[] all = new double[2 * 3 * height * width];
    for (int i = 0; i < all.length; i++) {
      all[i] = random.nextInt(values) - values / 2;
    }
    return NdArray.of(all, 2, 3, height, width);
  }

  @ParameterizedTest(name = "{0} x {1}, {2} values")
  @CsvSource({"4, 6, 100", "5, 7, 100", "8, 3, 2", "9, 9, 3", "2, 2, 1", "7, 4, 1"})
  void values_lie_where_the_maxima_were(int height, int width, int values) throws OrtException {
    NdArray image = image(height, width, values);
    double[] expected = expected(image.data(), height, width);
    List<Map<String, NdArray>> results =
        List.of(new Interpreter(ours()).run(Map.of("image", image)), OnnxRuns.run(ours(), image));
    for (Map<String, NdArray> result : results) {
      NdArray unpooled = Objects.requireNonNull(result.get("unpool.pad"));
      assertThat(unpooled.dims()).containsExactly(2, 3, height, width);
      assertThat(unpooled.data()).usingComparator(UnpoolingTest::compare).isEqualTo(expected);
    }
  }

  /** As numbers: 0 and -0 are one. */
  private static int compare(double[] some, double[] others) {
    for (int i = 0; i < some.length; i++) {
      if (some[i] != others[i]) {
        return 1;
      }
    }
    return 0;
  }
}
