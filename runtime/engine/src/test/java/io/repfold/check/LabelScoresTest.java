package io.repfold.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.runtime.HostTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Labels of two pixels, of three classes each. */
class LabelScoresTest {
  private static final Judge JUDGE =
      new Judge(
          new Criteria(new Tolerance(1e-4, 0))
              .withScores(Map.of("labels", new LabelScores("scores", 1))));

  private static final float[] SCORES = {1, 5, 1.00001f, 2, 0, 3};

  private static Map<String, HostTensor> outputs(float[] scores, long... labels) {
    Map<String, HostTensor> outputs = new LinkedHashMap<>();
    outputs.put("labels", HostTensor.ofLongs(labels, 1, 1, 1, 2));
    outputs.put("scores", HostTensor.ofFloats(scores, 1, 3, 1, 2));
    return outputs;
  }

  private static Verdict labels(float[] scores, long... labels) {
    return JUDGE.compare(outputs(SCORES, 1, 0), outputs(scores, labels)).get(0).verdict();
  }

  private static float[] off(int index, float by) {
    float[] scores = SCORES.clone();
    scores[index] += by;
    return scores;
  }

  @Test
  void a_label_that_rounding_decides_may_be_another_one() {
    assertThat(labels(off(0, 2e-5f), 0, 0))
        .isEqualTo(
            new Verdict.Equivalent(
                List.of(
                    "1 of 2 labels differ, all where the two best of the scores 'scores' are closer than both are off")));
  }

  @Test
  void a_label_far_from_a_tie_may_not() {
    assertThat(labels(off(0, 2e-5f), 0, 1).isEquivalent()).isFalse();
  }

  /** What picks the best is broken then, and not the scores. */
  @Test
  void with_equal_scores_labels_are_equal() {
    assertThat(labels(SCORES, 0, 0).isEquivalent()).isFalse();
  }

  @Test
  void scores_that_do_not_belong_to_the_labels_explain_nothing() {
    Map<String, HostTensor> reference = outputs(SCORES, 1, 0);
    Map<String, HostTensor> other = outputs(off(0, 2e-5f), 0, 0);
    for (Map<String, HostTensor> map : List.of(reference, other)) {
      map.put("scores", HostTensor.ofFloats(new float[9], 1, 3, 3));
    }
    assertThat(JUDGE.compare(reference, other).get(0).verdict().isEquivalent()).isFalse();
  }
}
