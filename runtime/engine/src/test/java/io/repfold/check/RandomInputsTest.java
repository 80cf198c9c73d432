package io.repfold.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.repfold.runtime.Dimension;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.TensorInfo;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RandomInputsTest {
  private static final TensorInfo IMAGES =
      new TensorInfo(
          "images", ElementType.FLOAT, List.of(dynamic("N"), known(3), dynamic(""), known(20)));
  private static final TensorInfo FIXED =
      new TensorInfo("fixed", ElementType.FLOAT, List.of(known(1000)));

  @Test
  void the_same_seed_gives_the_same_numbers_whatever_else_is_drawn() {
    Map<String, long[]> shapes = Map.of("images", new long[] {1, 3, 2, 20});
    float[] alone = RandomInputs.of(List.of(FIXED), 7, Map.of()).get("fixed").toFloats();
    float[] beside = RandomInputs.of(List.of(IMAGES, FIXED), 7, shapes).get("fixed").toFloats();
    assertThat(beside).containsExactly(alone);
    assertThat(RandomInputs.of(List.of(FIXED), 8, Map.of()).get("fixed").toFloats())
        .isNotEqualTo(alone);
    assertThat(alone[0])
        .isEqualTo(
            RandomInputs.samples(List.of(FIXED), 7, Map.of(), 2).get(0).get("fixed").toFloats()[0]);
  }

  /**
   * Worked out by another program from the definitions of {@link java.util.Random} and {@link
   * String#hashCode}: a seed in a report is worth something only if the numbers never change.
   */
  @Test
  void the_numbers_of_a_seed_and_a_name_never_change() {
    double[] normal = RandomInputs.of(List.of(FIXED), 7, Map.of()).get("fixed").toDoubles();
    assertThat(Arrays.copyOf(normal, 4))
        .containsExactly(
            new double[] {
              0.3069334277063834, -0.9953012689275753, 1.311929923190965, 1.1036531726262437
            },
            within(1e-7));
    TensorInfo labels = new TensorInfo("labels", ElementType.INT64, List.of(known(4), known(6)));
    assertThat(RandomInputs.of(List.of(labels), -3, Map.of()).get("labels").toDoubles())
        .containsExactly(1, 0, 0, 3, 1, 1, 0, 3, 0, 1, 3, 3, 2, 1, 3, 3, 2, 0, 0, 2, 1, 0, 3, 1);
    assertThat(RandomInputs.of(List.of(labels), 8, Map.of()).get("labels").toDoubles())
        .containsExactly(2, 1, 3, 2, 2, 2, 2, 2, 3, 3, 1, 2, 1, 1, 2, 0, 3, 2, 1, 1, 1, 1, 3, 0);
  }

  @Test
  void each_sample_is_that_of_the_next_seed() {
    List<Map<String, HostTensor>> samples = RandomInputs.samples(List.of(FIXED), 7, Map.of(), 3);
    assertThat(samples).hasSize(3);
    for (int i = 0; i < 3; i++) {
      assertThat(samples.get(i).get("fixed").toFloats())
          .isEqualTo(RandomInputs.of(List.of(FIXED), 7 + i, Map.of()).get("fixed").toFloats());
    }
  }

  @Test
  void inputs_of_one_shape_get_different_numbers() {
    TensorInfo other = new TensorInfo("other", ElementType.FLOAT, List.of(known(1000)));
    Map<String, HostTensor> drawn = RandomInputs.of(List.of(FIXED, other), 7, Map.of());
    assertThat(drawn.get("other").toFloats()).isNotEqualTo(drawn.get("fixed").toFloats());
  }

  @Test
  void floats_are_standard_normal() {
    double[] values = RandomInputs.of(List.of(FIXED), 1, Map.of()).get("fixed").toDoubles();
    double mean = Arrays.stream(values).average().orElseThrow();
    double variance = Arrays.stream(values).map(v -> v * v).average().orElseThrow();
    assertThat(mean).isEqualTo(0, within(0.15));
    assertThat(variance).isEqualTo(1, within(0.2));
  }

  @ParameterizedTest
  @EnumSource
  void every_type_can_be_drawn(ElementType type) {
    TensorInfo info = new TensorInfo("x", type, List.of(known(64)));
    HostTensor tensor = RandomInputs.of(List.of(info), 1, Map.of()).get("x");
    assertThat(tensor.type()).isEqualTo(type);
    if (!type.isFloating()) {
      assertThat(tensor.toDoubles()).contains(0, 1).doesNotContain(4, -1);
    }
  }

  @Test
  void dynamic_inputs_need_a_shape_and_the_message_suggests_one() {
    assertThatThrownBy(() -> RandomInputs.of(List.of(IMAGES, FIXED), 1, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "These inputs have dynamic dimensions and need a shape: images: float32[N, 3, ?, 20]. "
                + "Give one, for example --shape images=1x3x224x20");
    TensorInfo empty =
        new TensorInfo("e", ElementType.FLOAT, List.of(known(0), dynamic("C"), dynamic("L")));
    assertThatThrownBy(() -> RandomInputs.of(List.of(empty), 1, Map.of()))
        .hasMessageEndingWith("Give one, for example --shape e=0x3x224");
  }

  @Test
  void a_shape_that_contradicts_the_model_is_refused() {
    Map<String, long[]> wrong = Map.of("images", new long[] {1, 4, 2, 20});
    assertThatThrownBy(() -> RandomInputs.of(List.of(IMAGES), 1, wrong))
        .hasMessage("Shape [1, 4, 2, 20] does not fit input images: float32[N, 3, ?, 20]");
    Map<String, long[]> unknown = Map.of("image", new long[] {1});
    assertThatThrownBy(() -> RandomInputs.of(List.of(FIXED), 1, unknown))
        .hasMessage("The model has no input 'image'; its inputs are 'fixed'");
  }

  private static Dimension known(long size) {
    return new Dimension(size, "");
  }

  private static Dimension dynamic(String symbol) {
    return new Dimension(-1, symbol);
  }
}
