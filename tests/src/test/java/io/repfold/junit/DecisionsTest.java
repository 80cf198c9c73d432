package io.repfold.junit;

import static io.repfold.junit.RepfoldAssertions.assertEquivalent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.check.Tolerance;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.kit.Layers;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.Steps;
import io.repfold.pipeline.compare.ComparisonRequest;
import io.repfold.pipeline.compare.ProvenFile;
import io.repfold.pipeline.compare.Verification;
import io.repfold.pipeline.convert.ConversionRequest;
import io.repfold.pipeline.convert.ConvertFile;
import io.repfold.pipeline.convert.ConvertOutcome;
import io.repfold.pipeline.convert.Precision;
import io.repfold.pipeline.convert.SampleRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever counts the decisions that stay the same counts the same ones. */
class DecisionsTest {
  @TempDir private Path folder;

  /** Images and classes last: {@code [1, 48, 64, 3]} to {@code [1, 48, 64, 5]}. */
  private Path classesLast() {
    Random random = new Random(3);
    float[] weights = new float[5 * 3 * 9];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random.nextGaussian() / 100;
    }
    Graph graph =
        new Graph.Builder("last")
            .input(Value.float32("x", 1, 50, 66, 3))
            .initializer("w", Tensor.ofFloats(weights, 5, 3, 3, 3))
            .node(new Op.Transpose(List.of(0, 3, 1, 2)), List.of("x"), "first")
            .node(Layers.CONV, List.of("first", "w"), "c")
            .node(new Op.Transpose(List.of(0, 2, 3, 1)), List.of("c"), "y")
            .output(Value.float32("y", 1, 48, 64, 5))
            .build();
    Path file = folder.resolve("last.onnx");
    OnnxModel.of(graph).write(file);
    return file;
  }

  @Test
  void convert_verify_and_junit_give_one_number() {
    Path model = classesLast();
    Path half = folder.resolve("half.onnx");
    ConvertOutcome converted =
        ConvertFile.of(
                model,
                ConversionRequest.to(Precision.FP16)
                    .withSamples(SampleRequest.NONE.withRandom(2))
                    .withTargetAgreement(0.5))
            .to(half);
    assertThat(converted.holds()).isTrue();
    double share = converted.agreement().orElseThrow();
    long positions = converted.comparisons().get(0).findings().get(0).positions();
    assertThat(positions).isEqualTo(2 * 48 * 64);
    assertThat(share).isBetween(0.9, 1 - 1.0 / positions);

    double rounded = Math.floor(share * 1e6) / 1e6;
    Tolerance enough = Tolerance.NETWORK.withAgreement(rounded);
    Tolerance tooMuch = Tolerance.NETWORK.withAgreement(rounded + 2e-6);
    Verification verified = verified(model, half, enough);
    assertThat(verified.holds()).isTrue();
    // as convert runs both
    assertThat(verified.runs().get(1).report().outputs().get(0).decisions())
        .hasValueSatisfying(
            found -> {
              assertThat(found.positions()).isEqualTo(positions);
              assertThat(found.share()).isEqualTo(share);
              assertThat(found.what()).contains("axis 3");
            });
    assertThat(verified(model, half, tooMuch).holds()).isFalse();

    EquivalenceOptions options = EquivalenceOptions.DEFAULT.withSamples(2);
    assertThatCode(() -> assertEquivalent(model, half, options.withTolerance(enough)))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> assertEquivalent(model, half, options.withTolerance(tooMuch)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContainingAll("the best channel (axis 3)", "of 6144 positions");
  }

  /** One channel of numbers around 0.5, by a bias that is 0.5 as a half. */
  private Path mask() {
    Random random = new Random(3);
    float[] weights = new float[3 * 9];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random.nextGaussian() / 1000;
    }
    Graph graph =
        new Graph.Builder("mask")
            .input(Value.float32("x", 1, 3, 50, 66))
            .initializer("w", Tensor.ofFloats(weights, 1, 3, 3, 3))
            .node(Layers.CONV, List.of("x", "w"), "c")
            .initializer("bias", Tensor.ofFloats(new float[] {0.50012f}, 1))
            .node(Layers.ADD, List.of("c", "bias"), "y")
            .output(Value.float32("y", 1, 1, 48, 64))
            .build();
    Path file = folder.resolve("mask.onnx");
    OnnxModel.of(graph).write(file);
    return file;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 0.505})
  void one_channel_is_held_to_one_threshold_everywhere(double threshold) {
    Path model = mask();
    Path half = folder.resolve("half.onnx");
    ConvertOutcome converted =
        ConvertFile.of(
                model,
                ConversionRequest.to(Precision.FP16)
                    .withSamples(SampleRequest.NONE.withRandom(2).withThreshold(threshold))
                    .withTargetAgreement(0.5))
            .to(half);
    // As verify runs both.
    double share = converted.comparisons().get(0).share();
    assertThat(share).isBetween(0.9, 1 - 1.0 / (2 * 48 * 64));

    double rounded = Math.floor(share * 1e6) / 1e6;
    Tolerance enough = Tolerance.NETWORK.withAgreement(rounded);
    Tolerance tooMuch = Tolerance.NETWORK.withAgreement(rounded + 2e-6);
    Verification verified = verified(model, half, enough, threshold);
    assertThat(verified.holds()).isTrue();
    assertThat(verified.runs().get(1).report().outputs().get(0).decisions())
        .hasValueSatisfying(
            found -> {
              assertThat(found.positions()).isEqualTo(2 * 48 * 64);
              assertThat(found.share()).isEqualTo(share);
              assertThat(found.what()).isEqualTo("the side of the threshold %s is", threshold);
            });
    assertThat(verified(model, half, tooMuch, threshold).holds()).isFalse();
    assertThat(verified(model, half, Tolerance.NETWORK, threshold).holds())
        .as("by the errors")
        .isFalse();

    EquivalenceOptions options = EquivalenceOptions.DEFAULT.withSamples(2).withThreshold(threshold);
    assertThatCode(() -> assertEquivalent(model, half, options.withTolerance(enough)))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> assertEquivalent(model, half, options.withTolerance(tooMuch)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContainingAll("the side of the threshold " + threshold, "of 6144 positions");
  }

  private static Verification verified(Path model, Path half, Tolerance tolerance) {
    return verified(model, half, tolerance, 0.5);
  }

  private static Verification verified(
      Path model, Path half, Tolerance tolerance, double threshold) {
    return ProvenFile.compare(
            model,
            half,
            Map.of(),
            new ComparisonRequest(2, 0, tolerance).withThreshold(threshold),
            Steps.UNHEARD)
        .verification()
        .orElseThrow();
  }
}
