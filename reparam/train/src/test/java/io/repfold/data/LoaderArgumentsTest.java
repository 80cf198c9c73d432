package io.repfold.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LoaderArgumentsTest {
  private static Map<String, Object> with(Object... more) {
    Map<String, Object> arguments = new HashMap<>();
    arguments.put("data_dir", "data");
    arguments.put("split", "train");
    arguments.put("batch_size", 8);
    for (int i = 0; i < more.length; i += 2) {
      arguments.put((String) more[i], more[i + 1]);
    }
    return arguments;
  }

  @Test
  void what_is_not_given_has_the_value_of_the_original() {
    LoaderArguments arguments = LoaderArguments.parse(with());

    assertThat(arguments.dataDir()).isEqualTo(Path.of("data"));
    assertThat(arguments.shuffle()).isFalse();
    assertThat(arguments.threads()).isEqualTo(1);
    assertThat(arguments.normalization()).isEqualTo(Normalization.VOC);
    assertThat(arguments.augmentation())
        .isEqualTo(
            new Augmentation(
                Augmentation.Stage.PLAIN,
                OptionalInt.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty(),
                true,
                Optional.empty(),
                Jitter.NONE,
                OptionalInt.empty()));
  }

  @Test
  void the_train_loader_of_the_recipe_is_understood() {
    LoaderArguments arguments =
        LoaderArguments.parse(
            with(
                "base_size",
                400,
                "crop_size",
                380,
                "augment",
                true,
                "shuffle",
                true,
                "scale",
                true,
                "flip",
                true,
                "rotate",
                true,
                "blur",
                false,
                "num_workers",
                8,
                "val_split",
                null,
                "return_id",
                false));

    assertThat(arguments.augmentation().stage()).isEqualTo(Augmentation.Stage.TRAINING);
    assertThat(arguments.augmentation().scale()).contains(new Range(0.5, 2));
    assertThat(arguments.augmentation().rotate()).contains(new Range(-10, 10));
    assertThat(arguments.augmentation().blur()).isEmpty();
    assertThat(arguments.loaderOptions(7)).isEqualTo(new LoaderOptions(8, 8, 2, true, false, 7));
  }

  @Test
  void validation_wins_over_augmentation() {
    var arguments = LoaderArguments.parse(with("val", true, "augment", true));

    assertThat(arguments.augmentation().stage()).isEqualTo(Augmentation.Stage.VALIDATION);
  }

  @Test
  void a_train_loader_becomes_one_for_validation() {
    var train = with("augment", true, "shuffle", true, "drop_last", true, "crop_size", 64);

    LoaderArguments validation = LoaderArguments.parse(train).forValidation();

    assertThat(validation).isEqualTo(LoaderArguments.parse(with("val", true, "crop_size", 64)));
  }

  @Test
  void our_own_arguments_are_read() {
    LoaderArguments arguments =
        LoaderArguments.parse(
            with(
                "mean",
                List.of(0.1, 0.2, 0.3),
                "std",
                0.5,
                "color",
                Map.of("contrast", 0.25),
                "pad_label",
                0,
                "blur",
                true,
                "blur_range",
                List.of(0, 1),
                "label_map",
                Map.of("7", 0),
                "cache_mb",
                3,
                "drop_last",
                true,
                "ignore_index",
                9));

    assertThat(arguments.normalization())
        .isEqualTo(new Normalization(List.of(0.1, 0.2, 0.3), List.of(0.5, 0.5, 0.5)));
    assertThat(arguments.augmentation().color()).isEqualTo(new Jitter(0, 0.25, 0));
    assertThat(arguments.augmentation().padLabel()).hasValue(0);
    assertThat(arguments.augmentation().blur()).contains(new Range(0, 1));
    assertThat(arguments.labelMap()).isEqualTo(Map.of(7, 0));
    assertThat(arguments.cacheBytes()).isEqualTo(3 << 20);
    assertThat(arguments.dropLast()).isTrue();
    assertThat(arguments.ignoreIndex()).hasValue(9);
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        mistake("did you mean 'crop_size'?", "cropsize", 380),
        mistake("did you mean 'color'?", "colour", 0.4),
        mistake("there is no 'workers'; there is augment, base_size", "workers", 4),
        mistake(
            "'color.saturate'; did you mean 'color.saturation'?", "color", Map.of("saturate", 1)),
        mistake("loader arguments: 'data_dir' is missing; it must be a text", "data_dir", null),
        mistake("'batch_size' is missing; it must be a whole number", "batch_size", null),
        mistake("'split' must be a text, found 3", "split", 3),
        mistake("'batch_size' must be a whole number from 1 to 65536, found 0", "batch_size", 0),
        mistake(
            "'batch_size' must be a whole number from 1 to 65536, found 1.5", "batch_size", 1.5),
        mistake("found \"8\"", "batch_size", "8"),
        mistake("'crop_size' must be a whole number from 1 to 10000, found -1", "crop_size", -1),
        mistake("'flip' must be true or false, found \"False\"", "flip", "False"),
        mistake("'shuffle' must be true or false, found 1", "shuffle", 1),
        mistake("'val_split' must be a number from 0 to below 1, found 1", "val_split", 1),
        mistake(
            "'val_split' must be a number from 0 to below 1, found NaN", "val_split", Double.NaN),
        mistake("'scale_range' must be [low, high]", "scale_range", List.of(2, 0.5)),
        mistake("'scale_range' must be [low, high]", "scale_range", List.of("a", 2)),
        mistake("'rotate_range' must be two whole numbers", "rotate_range", List.of(-0.5, 10)),
        mistake(
            "'rotate_range' must be [low, high], two ascending numbers from -180 to 180",
            "rotate_range",
            List.of(0, 181)),
        mistake("'mean' must be [red, green, blue]", "mean", List.of(123.7, 116.3, 103.5)),
        mistake("'std' must be [red, green, blue]", "std", List.of(0.2, 0, 0.2)),
        mistake("'color' must be a number from 0 to 1", "color", 2),
        mistake("'ignore_index' must be a whole number from 0", "ignore_index", -1),
        mistake("'class_names' must be a list of texts", "class_names", Arrays.asList("a", 1)),
        mistake("'label_map' must be an object", "label_map", List.of(1, 2)),
        mistake("'label_map' must be an object with labels", "label_map", Map.of("road", 1)),
        mistake("'label_map.7' must be a whole number", "label_map", Map.of("7", "road")));
  }

  private static Arguments mistake(String message, String key, Object value) {
    return Arguments.of(key, value, message);
  }

  @ParameterizedTest(name = "{0} = {1}")
  @MethodSource("mistakes")
  void a_mistake_is_named(String key, Object value, String message) {
    assertThatThrownBy(() -> LoaderArguments.parse(with(key, value)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(message);
  }
}
