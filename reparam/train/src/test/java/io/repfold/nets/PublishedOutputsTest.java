package io.repfold.nets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtException;
import io.repfold.graph.Graph;
import io.repfold.graph.NdArray;
import io.repfold.graph.WeightSource;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Networks give what PyTorch gives in double precision with the same parameters, which a formula
 * makes of their names here: timm's MobileOne and RepViT, torchvision's MobileNetV3, LRASPP and
 * DeepLabV3, and for PP-LiteSeg and BiSeNetV2 modules that follow the implementations that {@link
 * Stdc}, {@link PpLiteSeg} and {@link BiSeNetV2} name.
 */
class PublishedOutputsTest {
  private static final int CLASSES = 10;
  private static final long PRIME = 65_537;

  /** From -1/2 to below 1/2. */
  private static double[] numbers(int count, long seed) {
    double[] all = new double[count];
    Arrays.setAll(all, i -> ((long) i * i * 31 + i * 7919L + seed) % PRIME / (double) PRIME - 0.5);
    return all;
  }

  private static double[] parameter(
      double variance, String name, WeightSource.Role role, long... dims) {
    double[] all = numbers(WeightSource.count(name, dims), name.chars().sum());
    double fanIn = (double) all.length / dims[0];
    Arrays.setAll(
        all,
        i ->
            switch (role) {
              case KERNEL -> all[i] * Math.sqrt(24 / fanIn);
              case LINEAR -> all[i] * Math.sqrt(12 / fanIn);
              case GAMMA -> 1 + 0.4 * all[i];
              case BETA, MEAN, BIAS -> 0.4 * all[i];
              case VARIANCE -> variance + all[i];
              default -> throw new IllegalArgumentException(name + " is a " + role);
            });
    return all;
  }

  private static NdArray image(int height, int width) {
    double[] pixels = numbers(3 * height * width, 17);
    Arrays.setAll(pixels, i -> (float) (2 * pixels[i]));
    return NdArray.of(pixels, 1, 3, height, width);
  }

  /**
   * Five values of each output, at fifths of it and as many more as the fifth's index. The running
   * variances are so large that the network neither forgets its image nor saturates its gates.
   */
  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({
    "MobileOne-S0, logits, 10, 1.839269e+08 9.971807e+08 5.102002e+08 1.009854e+09 3.760921e+08",
    "MobileOne-S4, logits, 4, 11705.04 -3495.044 -7187.893 12290.24 2795.322",
    "RepViT-M0.9, logits, 6, 92.66422 -167.9076 589.5286 -708.3748 90.59224",
    "MobileNetV3-Large, logits, 1.4, 1.659955 -1.800793 2.771441 1.898355 3.231935",
    "LRASPP, logits, 1.4, 0.2670292 -0.8780776 -0.03070995 1.285119 0.07912697",
    "DeepLabV3-MobileNetV3, logits, 1.4, 0.6960445 0.08516066 0.7279861 -0.8967581 0.02801633",
    "DeepLabV3-MobileNetV3, auxiliary, 1.4, -0.3868774 0.07050997 -0.2980038 0.2030887 -0.2049048",
    "PP-LiteSeg-T, logits, 1, -0.8758441 0.8819866 0.02639855 0.5098993 -0.4072992",
    "PP-LiteSeg-T, auxiliary, 1, -0.7356583 -1.031698 -0.4174392 -0.8232624 -0.7086733",
    "PP-LiteSeg-B, logits, 1, 0.6889915 1.206066 0.6539123 -0.4673297 0.2731977",
    "PP-LiteSeg-B, auxiliary, 1, 0.006384188 1.798405 -0.9876023 -3.438774 1.875771",
    "BiSeNetV2, logits, 1, -1.236788 1.4004 0.5752594 1.279027 0.2779007",
    "BiSeNetV2, auxiliary, 1, 6.359215 -0.4043587 -3.27097 -10.70144 9.24837"
  })
  void outputs_are_those_of_the_published_network(
      String type, String output, double variance, String values) throws OrtException {
    WeightSource weights = (name, role, dims) -> parameter(variance, name, role, dims);
    Graph graph = Networks.build(type, Map.of(), CLASSES, weights).graph();
    double[] found = OnnxRuns.run(graph, image(64, 75)).get(output).data();

    double largest = Arrays.stream(found).map(Math::abs).max().orElseThrow();
    String[] expected = values.split(" ", -1);
    for (int i = 0; i < expected.length; i++) {
      int place = (i * found.length / expected.length + i) % found.length;
      assertThat(found[place])
          .as("value %d", place)
          .isCloseTo(Double.parseDouble(expected[i]), within(1e-4 * largest));
    }
  }
}
