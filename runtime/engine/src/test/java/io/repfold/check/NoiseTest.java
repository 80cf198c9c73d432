package io.repfold.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.runtime.Engine;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.OnnxModel;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What rounding explains, and what it does not. */
class NoiseTest {
  private static final int CHANNELS = 3;
  private static final int PIXELS = 400;

  /** Channels of magnitude 1, 1e-5 and 1, the last of which is off by more than its share. */
  private final float[] reference = values(new Random(1), 1, 1e-5, 1);

  private final float[] again = moved(reference, new Random(2), 3e-7, 3e-12, 3e-4);

  private final Noise noise =
      Noise.unknown(Noise.SINGLE)
          .withOwn(
              List.of(
                  Noise.between(
                      Map.of("y", tensor(reference)),
                      Map.of("y", tensor(again)),
                      ChannelAxes.USUAL)));

  private final Judge judge = Judge.ofSample(new Criteria(Tolerance.NETWORK), noise, 0);

  @Test
  void an_error_like_the_noise_is_explained() {
    assertThat(judged(moved(reference, new Random(3), 3e-7, 3e-12, 3e-5)).isEquivalent()).isTrue();
  }

  @Test
  void a_small_channel_is_judged_by_its_own_noise() {
    float[] off = reference.clone();
    for (int i = PIXELS; i < 2 * PIXELS; i++) {
      off[i] *= 1.001f;
    }
    assertThat(judged(off))
        .isInstanceOfSatisfying(
            Verdict.Different.class,
            v -> assertThat(v.reasons().get(0)).contains("of channel 1 (axis 1)"));
  }

  @Test
  void an_error_below_the_fraction_that_rounding_does_not_explain_is_different() {
    Noise quiet =
        Noise.unknown(Noise.SINGLE)
            .withOwn(
                List.of(
                    Noise.between(
                        Map.of("y", tensor(reference)),
                        Map.of("y", tensor(moved(reference, new Random(2), 3e-7, 3e-12, 3e-7))),
                        ChannelAxes.USUAL)));
    float[] off = moved(reference, new Random(4), 3e-5, 0, 0);
    Criteria strict = new Criteria(Tolerance.NETWORK);
    assertThat(verdict(Judge.ofSample(strict, quiet, 0), off).isEquivalent()).isFalse();
    Criteria asked = strict.withTolerance(Tolerance.NETWORK.withoutNoise());
    assertThat(verdict(Judge.ofSample(asked, quiet, 0), off).isEquivalent())
        .as("by the fraction alone")
        .isTrue();
  }

  /** Otherwise a broken optimizer would let anything pass. */
  @Test
  void noise_never_allows_more_than_the_fraction_of_the_whole() {
    assertThat(judged(moved(reference, new Random(5), 0, 0, 3e-4)).isEquivalent()).isFalse();
  }

  @Test
  void noise_in_double_stands_for_all_samples() {
    float[] larger = new float[reference.length];
    float[] largerAgain = new float[reference.length];
    for (int i = 0; i < larger.length; i++) {
      larger[i] = 100 * reference[i];
      largerAgain[i] = larger[i] * (1 + 4e-7f);
    }
    Noise exact =
        Noise.unknown(Noise.SINGLE)
            .withExact(
                List.of(
                    Noise.between(
                        Map.of("y", tensor(reference)),
                        Map.of("y", tensor(moved(reference, new Random(2), 1e-6, 1e-11, 1e-6))),
                        ChannelAxes.USUAL)));
    Judge later = Judge.ofSample(new Criteria(Tolerance.NETWORK), exact, 7);
    assertThat(later.compare("y", tensor(larger), tensor(largerAgain)).verdict().isEquivalent())
        .isTrue();
    float[] off = moved(larger, new Random(6), 1e-3, 1e-8, 1e-3);
    assertThat(later.compare("y", tensor(larger), tensor(off)).verdict().isEquivalent()).isFalse();
  }

  /** One value agrees by chance. */
  @Test
  void few_values_are_judged_by_the_noise_of_all_samples() {
    HostTensor one = HostTensor.ofFloats(new float[] {1}, 1, 1);
    HostTensor near = HostTensor.ofFloats(new float[] {1.00001f}, 1, 1);
    Map<String, Noise.Measured> equal =
        Noise.between(Map.of("y", one), Map.of("y", one), ChannelAxes.USUAL);
    Map<String, Noise.Measured> off =
        Noise.between(Map.of("y", one), Map.of("y", near), ChannelAxes.USUAL);
    Noise both = Noise.unknown(Noise.SINGLE).withOwn(List.of(equal, off));
    Judge first = Judge.ofSample(new Criteria(Tolerance.NETWORK), both, 0);
    assertThat(first.compare("y", one, near).verdict().isEquivalent()).isTrue();
  }

  @Test
  void a_channel_of_zeros_is_judged_with_the_whole() {
    float[] dead = reference.clone();
    float[] alive = reference.clone();
    for (int i = PIXELS; i < 2 * PIXELS; i++) {
      dead[i] = 0;
      alive[i] = 1e-9f;
    }
    assertThat(judge.compare("y", tensor(dead), tensor(alive)).verdict().isEquivalent()).isTrue();
  }

  @Test
  void an_absolute_tolerance_that_anything_passes_is_refused() {
    OnnxModel model = OnnxModel.conv(1);
    try (Engine engine = model.load()) {
      List<Map<String, HostTensor>> samples = RandomInputs.samples(engine.inputs(), 0, Map.of(), 1);
      assertThatThrownBy(() -> Verifier.verify(engine, engine, samples, new Tolerance(1e-4, 1e9)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("An absolute tolerance of 1.0E9 would accept a wrong network");
    }
  }

  @Test
  void what_is_no_factor_is_refused() {
    for (double times : Set.of(0.5, Double.NaN, Double.POSITIVE_INFINITY)) {
      assertThatThrownBy(() -> Tolerance.NETWORK.withNoise(times))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("An error may be a finite number of times the noise");
    }
  }

  private Verdict judged(float... candidate) {
    return verdict(judge, candidate);
  }

  private Verdict verdict(Judge by, float... candidate) {
    return by.compare("y", tensor(reference), tensor(candidate)).verdict();
  }

  private static HostTensor tensor(float... values) {
    return HostTensor.ofFloats(values, 1, CHANNELS, 20, 20);
  }

  private static float[] values(Random random, double... scales) {
    float[] values = new float[CHANNELS * PIXELS];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (scales[i / PIXELS] * random.nextGaussian());
    }
    return values;
  }

  private static float[] moved(float[] values, Random random, double... by) {
    float[] moved = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      moved[i] = (float) (values[i] + by[i / PIXELS] * random.nextGaussian());
    }
    return moved;
  }
}
