package io.repfold.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.runtime.ElementType;
import io.repfold.runtime.HostTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class JudgeTest {
  private static final Judge JUDGE = new Judge(new Tolerance(0.01, 0));

  @Test
  void an_error_up_to_the_bound_passes_and_beyond_it_does_not() {
    HostTensor reference = floats(100, 50);
    assertThat(JUDGE.compare("y", reference, floats(100, 51)).verdict())
        .isEqualTo(new Verdict.Equivalent(List.of()));
    OutputResult off = JUDGE.compare("y", reference, floats(100, 51.5f));
    assertThat(off.verdict())
        .isEqualTo(
            new Verdict.Different(
                List.of(
                    "the largest error is 1.50 at [1] (expected 50.0000000, found 51.5000000), "
                        + "0.0150 of the largest magnitude 100; 1.00 is allowed")));
    assertThat(off.comparison()).isPresent();
  }

  @Test
  void types_and_shapes_that_differ_are_a_verdict() {
    assertDifferent(
        floats(1),
        HostTensor.ofLongs(new long[] {1}, 1),
        "the types differ: expected float32[1], found int64[1]");
    assertDifferent(
        floats(1),
        HostTensor.ofFloats(new float[] {1}, 1, 1),
        "the shapes differ: expected float32[1], found float32[1, 1]");
  }

  @Test
  void nan_on_one_side_is_different_and_on_both_sides_is_noted() {
    float nan = Float.NaN;
    assertDifferent(
        floats(1, 2, nan),
        floats(1, nan, nan),
        "1 of 3 values are NaN or infinite on one side only, the first at [1] "
            + "(reference: 1 NaN, 0 infinite; candidate: 2 NaN, 0 infinite)");
    assertThat(JUDGE.compare("y", floats(1, nan), floats(1, nan)).verdict())
        .isEqualTo(new Verdict.Equivalent(List.of("1 of 2 values are NaN on both sides")));
    assertDifferent(
        floats(nan, nan),
        floats(nan, nan),
        "all 2 values are NaN on both sides, so nothing was compared");
    assertDifferent(
        floats(1),
        floats(Float.POSITIVE_INFINITY),
        "1 of 1 values are NaN or infinite on one side only");
  }

  @Test
  void the_place_of_the_largest_error_has_a_coordinate_for_each_axis() {
    float[] values = new float[24];
    HostTensor reference = HostTensor.ofFloats(values, 2, 3, 4);
    values[18] = 1;
    assertDifferent(
        reference, HostTensor.ofFloats(values, 2, 3, 4), "the largest error is 1.00 at [1, 1, 2]");
    values[18] = Float.NaN;
    assertDifferent(
        HostTensor.ofFloats(new float[24], 4, 3, 2),
        HostTensor.ofFloats(values, 4, 3, 2),
        "1 of 24 values are NaN or infinite on one side only, the first at [3, 0, 0]");
    assertDifferent(
        HostTensor.ofFloats(new float[1]),
        HostTensor.ofFloats(new float[] {1}),
        "the largest error is 1.00 at []");
  }

  @Test
  void an_error_that_leaves_the_best_channel_is_the_only_reason() {
    assertDifferent(
        HostTensor.ofFloats(new float[] {3, 1}, 1, 2),
        HostTensor.ofFloats(new float[] {5, 1}, 1, 2),
        "the largest error is 2.00 at [0, 0]");
  }

  @Test
  void infinities_on_both_sides_are_no_zeros() {
    HostTensor infinite = floats(Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY);
    assertThat(JUDGE.compare("y", infinite, infinite).verdict())
        .isEqualTo(
            new Verdict.Equivalent(
                List.of("no value is finite on both sides, so nothing was compared")));
  }

  /** Of labels no error is small, of other integers what is allowed is. */
  @Test
  void integers_may_be_off_by_what_is_allowed_and_labels_not() {
    HostTensor one = HostTensor.ofLongs(new long[] {100, 7}, 1, 2);
    HostTensor other = HostTensor.ofLongs(new long[] {100, 8}, 1, 2);
    Criteria criteria = new Criteria(Tolerance.NETWORK.withAbsolute(1));
    Criteria labels = criteria.withScores(Map.of("y", new LabelScores("s", 1)));
    assertThat(new Judge(criteria).compare("y", one, other).verdict().isEquivalent()).isTrue();
    assertThat(new Judge(labels).compare("y", one, other).verdict().isEquivalent()).isFalse();
  }

  @Test
  void integers_must_be_equal() {
    HostTensor large = HostTensor.ofLongs(new long[] {1_000_000, 7}, 1, 2);
    HostTensor close = HostTensor.ofLongs(new long[] {1_000_000, 8}, 1, 2);
    assertDifferent(
        large, close, "1 of 2 integers differ, the furthest at [0, 1] (expected 7, found 8)");
    assertThat(JUDGE.compare("y", large, large).verdict().isEquivalent()).isTrue();
  }

  @Test
  void an_agreement_lets_errors_pass_as_long_as_the_best_channel_stays() {
    Judge lenient = new Judge(Tolerance.NETWORK.withAgreement(0.75));
    HostTensor reference = HostTensor.ofFloats(new float[] {9, 9, 9, 9, 1, 1, 1, 1}, 1, 2, 2, 2);
    HostTensor oneFlipped = HostTensor.ofFloats(new float[] {5, 5, 5, 0, 1, 1, 1, 1}, 1, 2, 2, 2);
    HostTensor twoFlipped = HostTensor.ofFloats(new float[] {5, 5, 0, 0, 1, 1, 1, 1}, 1, 2, 2, 2);

    assertThat(lenient.compare("y", reference, oneFlipped).verdict().isEquivalent()).isTrue();
    assertThat(lenient.compare("y", reference, twoFlipped).verdict())
        .isEqualTo(
            new Verdict.Different(
                List.of(
                    "the best channel (axis 1) is the same at 0.500000 of 4 positions; at least 0.75 is asked for")));
  }

  @Test
  void an_agreement_holds_for_integers_and_other_floating_types_too() {
    Judge lenient = new Judge(Tolerance.NETWORK.withAgreement(0.75));
    HostTensor classes = HostTensor.ofLongs(new long[] {3, 3, 3, 3}, 1, 4);
    HostTensor half = HostTensor.of(ElementType.FLOAT16, new double[] {2, 1}, 1, 2);

    assertThat(
            lenient
                .compare("y", classes, HostTensor.ofLongs(new long[] {3, 3, 3, 4}, 1, 4))
                .verdict()
                .isEquivalent())
        .isTrue();
    assertThat(
            lenient
                .compare("y", classes, HostTensor.ofLongs(new long[] {3, 3, 4, 4}, 1, 4))
                .verdict()
                .isEquivalent())
        .isFalse();
    assertThat(
            lenient
                .compare("y", HostTensor.ofFloats(new float[] {2, 1}, 1, 2), half)
                .verdict()
                .isEquivalent())
        .isTrue();
    assertDifferent(
        HostTensor.ofFloats(new float[] {2, 1}, 1, 2),
        half,
        "the types differ: expected float32[1, 2], found float16[1, 2]");
  }

  @Test
  void an_agreement_does_not_hold_where_nothing_can_be_best() {
    Judge lenient = new Judge(Tolerance.NETWORK.withAgreement(0.5));
    float nan = Float.NaN;

    assertDifferent(
        lenient,
        HostTensor.ofFloats(new float[] {1, 2, nan, nan}, 1, 2, 2),
        HostTensor.ofFloats(new float[] {-9, -9, nan, nan}, 1, 2, 2),
        "at 2 of 2 positions a channel is NaN, so there is no best one");
  }

  @Test
  void without_channels_an_agreement_changes_nothing() {
    Judge lenient = new Judge(new Tolerance(0.01, 0).withAgreement(0.5));

    assertThat(lenient.compare("y", floats(1, 2), floats(1, 2.1f)).verdict().isEquivalent())
        .isFalse();
    assertThat(lenient.compare("y", floats(1, 2), floats(1, Float.NaN)).verdict().isEquivalent())
        .isFalse();
  }

  @Test
  void a_lost_class_is_named_beside_the_error() {
    HostTensor reference = HostTensor.ofFloats(new float[] {3, 1}, 1, 2);
    HostTensor candidate = HostTensor.ofFloats(new float[] {0, 1}, 1, 2);
    assertThat(JUDGE.compare("y", reference, candidate).verdict())
        .isInstanceOfSatisfying(
            Verdict.Different.class,
            d ->
                assertThat(d.reasons())
                    .hasSize(2)
                    .last()
                    .isEqualTo(
                        "the best channel (axis 1) differs at 1 of 1 positions, at 1 of them although the reference's best "
                            + "two are more than 0.0600 apart"));
  }

  @Test
  void what_proves_little_is_noted() {
    assertThat(JUDGE.compare("y", floats(0, 0), floats(0, 0)).verdict())
        .isEqualTo(
            new Verdict.Equivalent(
                List.of("the reference is zero everywhere, so this proves little")));
    assertThat(JUDGE.compare("y", floats(), floats()).verdict())
        .isEqualTo(new Verdict.Equivalent(List.of("the output is empty")));
    assertDifferent(floats(0), floats(1e-30f), "the largest error is 1.00e-30 at [0]");
  }

  @Test
  void outputs_that_one_side_lacks_are_different() {
    Map<String, HostTensor> reference = new LinkedHashMap<>();
    reference.put("b", floats(1));
    reference.put("a", floats(1));
    Map<String, HostTensor> candidate = Map.of("b", floats(1), "c", floats(1));

    List<OutputResult> results = JUDGE.compare(reference, candidate);
    assertThat(results).extracting(OutputResult::name).containsExactly("b", "a", "c");
    assertThat(results)
        .extracting(OutputResult::verdict)
        .containsExactly(
            new Verdict.Equivalent(List.of()),
            new Verdict.Different(List.of("the candidate does not have this output")),
            new Verdict.Different(List.of("the reference does not have this output")));
    assertThatThrownBy(() -> JUDGE.compare(Map.of(), Map.of()))
        .hasMessage("There is no output to compare");
  }

  @Test
  void the_first_tensor_that_differs_in_order_is_found() {
    Map<String, HostTensor> reference =
        Map.of("a", floats(1), "b", floats(2), "c", floats(3), "x", floats(0));
    Map<String, HostTensor> candidate = Map.of("a", floats(1), "b", floats(9), "c", floats(9));

    TensorByTensor found = JUDGE.compareInOrder(List.of("x", "a", "b", "c"), reference, candidate);
    assertThat(found.firstDifferent()).hasValueSatisfying(r -> assertThat(r.name()).isEqualTo("b"));
    assertThat(found.skipped()).containsExactly("x");
    assertThat(found.results()).hasSize(3);

    assertThat(JUDGE.compareInOrder(List.of("c", "b", "a"), reference, candidate).firstDifferent())
        .hasValueSatisfying(r -> assertThat(r.name()).isEqualTo("c"));
    assertThat(JUDGE.compareInOrder(List.of("a"), reference, candidate).firstDifferent()).isEmpty();
    assertThatThrownBy(() -> JUDGE.compareInOrder(List.of("x"), reference, candidate))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static void assertDifferent(HostTensor reference, HostTensor candidate, String reason) {
    assertDifferent(JUDGE, reference, candidate, reason);
  }

  private static void assertDifferent(
      Judge judge, HostTensor reference, HostTensor candidate, String reason) {
    assertThat(judge.compare("y", reference, candidate).verdict())
        .isInstanceOfSatisfying(
            Verdict.Different.class,
            d -> assertThat(d.reasons()).singleElement().asString().startsWith(reason));
  }

  private static HostTensor floats(float... values) {
    return HostTensor.ofFloats(values, values.length);
  }

  private static final Judge STRICT = new Judge(Tolerance.NETWORK);

  /** Boxes up to 640 pixels beside scores up to 1, as channels and as columns. */
  @Test
  void each_channel_or_column_is_judged_by_its_own_magnitude() {
    float[] channels = new float[5 * 100];
    float[] columns = new float[100 * 5];
    for (int i = 0; i < 100; i++) {
      for (int c = 0; c < 5; c++) {
        float value = c < 4 ? 640f * (i + 1) / 100 : (i + 1) / 100f;
        channels[c * 100 + i] = value;
        columns[i * 5 + c] = value;
      }
    }
    float[] scoresOff = channels.clone();
    float[] columnOff = columns.clone();
    for (int i = 0; i < 100; i++) {
      scoresOff[400 + i] *= 0.95f;
      columnOff[i * 5 + 4] *= 0.95f;
    }
    assertThat(
            reasons(
                STRICT.compare(
                    "y",
                    HostTensor.ofFloats(channels, 1, 5, 100),
                    HostTensor.ofFloats(scoresOff, 1, 5, 100))))
        .first()
        .asString()
        .startsWith(
            "the largest error is 0.0500 at [0, 4, 99] (expected 1.00000000, found 0.949999988), "
                + "0.0500 of the largest magnitude 1.00 of channel 4 (axis 1);");
    assertThat(
            reasons(
                STRICT.compare(
                    "y",
                    HostTensor.ofFloats(columns, 1, 100, 5),
                    HostTensor.ofFloats(columnOff, 1, 100, 5))))
        .first()
        .asString()
        .contains("of column 4 (axis 2)");
    float[] boxesOff = channels.clone();
    boxesOff[99] += 0.005f;
    assertThat(
            STRICT
                .compare(
                    "y",
                    HostTensor.ofFloats(channels, 1, 5, 100),
                    HostTensor.ofFloats(boxesOff, 1, 5, 100))
                .verdict()
                .isEquivalent())
        .as("an error that is small beside a box")
        .isTrue();
  }

  @Test
  void outputs_in_another_order_or_under_other_names_are_different_unless_allowed() {
    Map<String, HostTensor> one = new LinkedHashMap<>();
    one.put("a", floats(1));
    one.put("b", floats(2));
    Map<String, HostTensor> swapped = new LinkedHashMap<>();
    swapped.put("b", floats(2));
    swapped.put("a", floats(1));
    Map<String, HostTensor> renamed = new LinkedHashMap<>();
    renamed.put("c", floats(1));
    renamed.put("d", floats(2));
    Criteria criteria = new Criteria(Tolerance.NETWORK);

    assertThat(new Judge(criteria).compare(one, swapped))
        .allSatisfy(
            result ->
                assertThat(reasons(result)).singleElement().asString().startsWith("it is number "));
    assertThat(new Judge(criteria.withAllowed(Set.of(Allowance.ORDER))).compare(one, swapped))
        .allMatch(result -> result.verdict().isEquivalent());
    assertThat(new Judge(criteria).compare(one, renamed))
        .hasSize(4)
        .noneMatch(result -> result.verdict().isEquivalent());
    assertThat(new Judge(criteria.withAllowed(Set.of(Allowance.NAMES))).compare(one, renamed))
        .hasSize(2)
        .allMatch(result -> result.verdict().isEquivalent());
  }

  @Test
  void another_floating_type_is_different_unless_allowed() {
    HostTensor half = HostTensor.of(ElementType.FLOAT16, new double[] {1, 2}, 2);
    assertThat(STRICT.compare("y", floats(1, 2), half).verdict().isEquivalent()).isFalse();
    Judge lenient = new Judge(new Criteria(Tolerance.NETWORK).withAllowed(Set.of(Allowance.TYPES)));
    assertThat(lenient.compare("y", floats(1, 2), half).verdict().isEquivalent()).isTrue();
    assertThat(
            lenient
                .compare("y", floats(1, 2), HostTensor.ofLongs(new long[] {1, 2}, 2))
                .verdict()
                .isEquivalent())
        .isFalse();
  }

  private static List<String> reasons(OutputResult result) {
    return result.verdict() instanceof Verdict.Different different
        ? different.reasons()
        : List.of();
  }
}
