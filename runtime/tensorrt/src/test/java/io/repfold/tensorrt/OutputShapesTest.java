package io.repfold.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** A network of one input, {@code x}, whose shape the others follow as TensorRT infers it. */
class OutputShapesTest {
  private static final CountingLayers LAYERS =
      CountingLayers.of(
          List.of(
              layer("conv", "", "x", "scores"),
              layer("where", "NonZero", "scores", "places"),
              layer("odd", "", "x", "odd")));
  private static final List<Profile> PROFILE =
      Profile.parse(List.of("x=1x3x16x16:2x3x32x48:4x3x64x64", "sizes=@1:2:3"));

  private final AtomicReference<long[]> x = new AtomicReference<>(new long[] {-1, 3, -1, -1});
  private final List<String> seen = new ArrayList<>();

  private static CountingLayers.Layer layer(String name, String counts, String in, String out) {
    return new CountingLayers.Layer(name, counts, List.of(in), List.of(out));
  }

  private OutputShapes.Tensor input(String name) {
    return new OutputShapes.Tensor(
        name,
        x::get,
        shape -> {
          seen.add(Arrays.toString(shape));
          x.set(shape);
        });
  }

  private static OutputShapes.Tensor output(String name, Supplier<long[]> shape) {
    return new OutputShapes.Tensor(
        name,
        shape,
        sizes -> {
          throw new AssertionError("Shapes of outputs are computed");
        });
  }

  private OutputShapes.Tensor scores() {
    return output("scores", x::get);
  }

  private static OutputShapes.Tensor places() {
    return output("places", () -> new long[] {4, -1});
  }

  private void check(List<Profile> profiles, OutputShapes.Tensor... outputs) {
    OutputShapes.demandFixed(
        List.of(input("x"), input("other")), List.of(outputs), () -> LAYERS, profiles);
  }

  @Test
  void what_follows_the_inputs_is_fixed_and_the_inputs_are_as_before() {
    assertThatCode(() -> check(PROFILE, scores())).doesNotThrowAnyException();

    assertThat(seen).containsExactly("[2, 3, 32, 48]", "[-1, 3, -1, -1]");
    assertThat(x.get()).containsExactly(-1, 3, -1, -1);
  }

  @Test
  void what_stays_open_is_refused_and_the_inputs_are_as_before() {
    assertThatThrownBy(() -> check(PROFILE, scores(), places()))
        .isInstanceOf(BuildFailedException.class)
        .hasMessageContainingAll("output 'places'", "node 'where' (NonZero)")
        .hasMessageNotContaining("'scores'");
    assertThat(x.get()).containsExactly(-1, 3, -1, -1);

    OutputShapes.Tensor broken =
        output(
            "broken",
            () -> {
              throw new IllegalStateException("no shape");
            });
    assertThatThrownBy(() -> check(PROFILE, broken)).hasMessage("no shape");
    assertThat(x.get()).containsExactly(-1, 3, -1, -1);
  }

  @Test
  void without_profiles_the_model_is_taken_as_it_is() {
    assertThatThrownBy(() -> check(List.of(), places())).isInstanceOf(BuildFailedException.class);
    assertThatCode(() -> check(List.of(), output("one", () -> new long[] {1})))
        .doesNotThrowAnyException();
    assertThat(seen).isEmpty();
  }

  @Test
  void an_open_output_that_nothing_counts_is_left_to_tensorrt() {
    assertThatCode(() -> check(PROFILE, output("odd", () -> new long[] {-1})))
        .doesNotThrowAnyException();
  }
}
