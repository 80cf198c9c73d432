package io.repfold.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CountingLayersTest {
  private static CountingLayers.Layer layer(
      String name, String counts, List<String> inputs, String... outputs) {
    return new CountingLayers.Layer(name, counts, inputs, List.of(outputs));
  }

  /** A detector: boxes and scores, and which of them to keep. */
  private static final CountingLayers DETECTOR =
      CountingLayers.of(
          List.of(
              layer("backbone", "", List.of("image"), "features"),
              layer("boxes", "", List.of("features"), "boxes", "areas"),
              layer("scores", "", List.of("features"), "scores"),
              layer("keep", "NonMaxSuppression", List.of("boxes", "scores"), "kept"),
              layer("gather", "", List.of("boxes", "kept"), "best"),
              layer("loop", "", List.of("loop_out", "features"), "loop_out")));

  @Test
  void an_output_behind_a_layer_that_counts_names_it_and_what_to_do() {
    assertThat(DETECTOR.problems(List.of("best", "kept")))
        .hasSize(2)
        .allSatisfy(
            problem ->
                assertThat(problem)
                    .contains("node 'keep' (NonMaxSuppression)", "onnx.utils.extract_model"))
        .first()
        .asString()
        .startsWith("the shape of output 'best' depends on values");
  }

  @Test
  void what_comes_from_no_such_layer_is_left_to_tensorrt() {
    assertThat(DETECTOR.problems(List.of("scores", "areas", "loop_out", "image"))).isEmpty();
  }

  @Test
  void the_nearest_of_several_is_named() {
    CountingLayers two =
        CountingLayers.of(
            List.of(
                layer("first", "NonZero", List.of("x"), "a"),
                layer("between", "", List.of("a"), "b"),
                layer("second", "NonZero", List.of("b"), "c"),
                layer("after", "", List.of("c", "a"), "d")));

    assertThat(two.problems(List.of("d"))).first().asString().contains("node 'second' (NonZero)");
    assertThat(two.problems(List.of("b"))).first().asString().contains("node 'first' (NonZero)");
  }
}
