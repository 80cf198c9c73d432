package io.repfold.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.runtime.Engine;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.OnnxModel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VerifierTest {
  @Test
  void the_same_network_is_equivalent_and_another_is_not() {
    try (Engine one = OnnxModel.conv(1).load();
        Engine same = OnnxModel.conv(1).load();
        Engine other = OnnxModel.conv(1.01f).load()) {
      List<Map<String, HostTensor>> samples = RandomInputs.samples(one.inputs(), 5, Map.of(), 3);

      VerificationReport good = Verifier.verify(one, same, samples, Tolerance.NETWORK);
      assertThat(good.verdict()).isEqualTo(new Verdict.Equivalent(List.of()));
      assertThat(good.outputs()).singleElement().satisfies(o -> assertThat(o.samples()).hasSize(3));

      VerificationReport bad = Verifier.verify(one, other, samples, Tolerance.NETWORK);
      assertThat(bad.verdict()).isInstanceOf(Verdict.Different.class);
      List<Double> errors =
          bad.outputs().get(0).samples().stream()
              .map(s -> s.comparison().orElseThrow().maxRelativeError())
              .toList();
      assertThat(errors).isSortedAccordingTo((a, b) -> Double.compare(b, a));
      assertThat(errors.get(0)).isBetween(0.0099, 0.0101);
    }
  }

  @Test
  void an_output_that_the_candidate_lacks_is_different() {
    OnnxModel two =
        OnnxModel.conv(1)
            .node("ArgMax", List.of("y"), List.of("label"), OnnxModel.integer("axis", 1))
            .output("label", OnnxModel.INT64, 1L, 1L, 4L, 4L);
    try (Engine reference = two.load();
        Engine candidate = OnnxModel.conv(1).load()) {
      List<Map<String, HostTensor>> samples =
          RandomInputs.samples(reference.inputs(), 1, Map.of(), 1);
      assertThat(Verifier.verify(reference, candidate, samples, Tolerance.NETWORK).verdict())
          .isEqualTo(
              new Verdict.Different(
                  List.of("output 'label', sample 0: the candidate does not have this output")));
    }
  }

  @Test
  void without_samples_nothing_is_proved() {
    try (Engine engine = OnnxModel.conv(1).load()) {
      assertThatThrownBy(() -> Verifier.verify(engine, engine, List.of(), Tolerance.NETWORK))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void outputs_that_are_all_empty_prove_nothing() {
    OnnxModel model = OnnxModel.unary("Relu", OnnxModel.FLOAT, null, 3L);
    Map<String, HostTensor> none = Map.of("x", HostTensor.ofFloats(new float[0], 0, 3));
    Map<String, HostTensor> one = Map.of("x", HostTensor.ofFloats(new float[] {1, 2, 3}, 1, 3));
    try (Engine engine = model.load()) {
      VerificationReport nothing =
          Verifier.verify(engine, engine, List.of(none, none), Tolerance.NETWORK);
      assertThat(nothing.verdict())
          .isInstanceOfSatisfying(
              Verdict.Different.class,
              v -> assertThat(v.reasons()).hasSize(2).allMatch(r -> r.contains("every output")));
      assertThat(nothing.outputs()).allMatch(o -> !o.verdict().isEquivalent());
      assertThat(nothing.isEmpty()).isTrue();

      VerificationReport something =
          Verifier.verify(engine, engine, List.of(none, one), Tolerance.NETWORK);
      assertThat(something.isEmpty()).isFalse();
      assertThat(something.verdict())
          .isEqualTo(new Verdict.Equivalent(List.of("output 'y', sample 0: the output is empty")));
    }
  }

  /** As with classifiers, of which each input is one decision. */
  @Test
  void an_agreement_is_asked_of_all_samples_together() {
    List<Map<String, HostTensor>> samples =
        List.of(scores(1, 2, 3), scores(-9, 2, 3), scores(3, 1, -2), scores(1, 3, -1));
    try (Engine reference = OnnxModel.unary("Identity", OnnxModel.FLOAT, null, 3L).load();
        Engine candidate = OnnxModel.unary("Abs", OnnxModel.FLOAT, null, 3L).load()) {
      Tolerance loose = Tolerance.NETWORK.withAgreement(0.75);
      VerificationReport enough = Verifier.verify(reference, candidate, samples, loose);
      assertThat(enough.verdict().isEquivalent()).isTrue();
      assertThat(enough.outputs().get(0).decisions())
          .hasValue(new DecisionShare("the best channel (axis 1) is", 4, 1, 0.75));

      Tolerance strict = Tolerance.NETWORK.withAgreement(0.76);
      assertThat(Verifier.verify(reference, candidate, samples, strict).verdict())
          .isEqualTo(
              new Verdict.Different(
                  List.of(
                      "output 'y', all samples: the best channel (axis 1) is the same at 0.750000 of 4 positions; at least 0.76 is asked for")));
    }
  }

  @Test
  void channels_are_looked_for_where_they_are() {
    OnnxModel last = OnnxModel.unary("Identity", OnnxModel.FLOAT, null, 2L, 3L);
    OnnxModel other = OnnxModel.unary("Abs", OnnxModel.FLOAT, null, 2L, 3L);
    HostTensor x = HostTensor.ofFloats(new float[] {-9, 2, 3, 4, 5, 6}, 1, 2, 3);
    try (Engine reference = last.load();
        Engine candidate = other.load()) {
      VerificationReport report =
          Verifier.verify(
              reference,
              candidate,
              List.of(Map.of("x", x)),
              new Criteria(Tolerance.NETWORK.withAgreement(0.5))
                  .withAxes(new ChannelAxes(Map.of("y", -1)))
                  .withDecider(
                      (output, one, two) ->
                          Optional.of(new Decider.Decided("nobody asked what is", 1, 1))));

      assertThat(report.outputs().get(0).decisions())
          .hasValue(new DecisionShare("the best channel (axis 2) is", 2, 1, 0.5));
      assertThat(report.verdict().isEquivalent()).isTrue();
    }
  }

  /** One channel of one pixel, of which each input is one decision. */
  private static Map<String, HostTensor> single(float value) {
    return Map.of("x", HostTensor.ofFloats(new float[] {value}, 1, 1));
  }

  @Test
  void outputs_without_channels_decide_what_the_decider_says() {
    List<Map<String, HostTensor>> samples =
        List.of(single(1), single(-2), single(3), single(-0.25f));
    Decider sides =
        (output, one, two) ->
            Optional.of(
                new Decider.Decided(
                    "the side of 1 is", 1, one.get(0) > 1 == two.get(0) > 1 ? 0 : 1));
    try (Engine reference = OnnxModel.unary("Identity", OnnxModel.FLOAT, null, 1L).load();
        Engine candidate = OnnxModel.unary("Abs", OnnxModel.FLOAT, null, 1L).load()) {
      Tolerance loose = Tolerance.NETWORK.withAgreement(0.75);
      VerificationReport enough =
          Verifier.verify(reference, candidate, samples, new Criteria(loose).withDecider(sides));
      assertThat(enough.verdict().isEquivalent()).isTrue();
      assertThat(enough.outputs().get(0).decisions())
          .hasValue(new DecisionShare("the side of 1 is", 4, 1, 0.75));

      Tolerance strict = Tolerance.NETWORK.withAgreement(0.76);
      assertThat(
              Verifier.verify(
                      reference, candidate, samples, new Criteria(strict).withDecider(sides))
                  .verdict())
          .isEqualTo(
              new Verdict.Different(
                  List.of(
                      "output 'y', all samples: the side of 1 is the same at 0.750000 of 4 positions; at least 0.76 is asked for")));
      assertThat(Verifier.verify(reference, candidate, samples, loose).verdict().isEquivalent())
          .as("held to the bounds on errors")
          .isFalse();
      assertThat(
              Verifier.verify(
                      reference,
                      candidate,
                      samples,
                      new Criteria(Tolerance.NETWORK).withDecider(sides))
                  .verdict()
                  .isEquivalent())
          .as("no share is asked for")
          .isFalse();
    }
  }

  private static Map<String, HostTensor> scores(float... values) {
    return Map.of("x", HostTensor.ofFloats(values, 1, 3));
  }
}
