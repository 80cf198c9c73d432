package io.repfold.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.data.Dataset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which examples are measured. */
class EvaluationTest {
  private static final String[] SPLIT = {"val_loader=null", "train_loader.args.val_split=0.3"};

  @TempDir private Path folder;

  private List<String> measured(Optional<String> split, String... overrides) {
    List<String> ids = new ArrayList<>();
    TrainConfig config = TinyRun.config(folder, overrides);
    try (Evaluation evaluation = Evaluation.open(config, split, false)) {
      evaluation.run(
          batch -> {
            ids.addAll(batch.ids());
            return new int[batch.labels().remaining()];
          },
          new TrainingListener() {});
    }
    return ids;
  }

  private static List<String> ids(Dataset data) {
    return IntStream.range(0, data.size()).mapToObj(data::id).toList();
  }

  @Test
  void without_a_loader_what_was_held_out_is_measured() {
    List<String> measured = measured(Optional.empty(), SPLIT);

    List<String> learnt = ids(TrainingData.training(TinyRun.config(folder, SPLIT)).dataset());
    assertThat(measured).hasSize(3).doesNotContainAnyElementsOf(learnt);
    assertThat(measured(Optional.of("train"), SPLIT)).isEqualTo(measured);
  }

  @Test
  void another_list_is_measured_whole() {
    assertThat(measured(Optional.of("val"), SPLIT)).hasSize(5);
  }

  @Test
  void a_loader_of_its_own_comes_first() {
    assertThat(measured(Optional.empty(), "train_loader.args.val_split=0.3"))
        .hasSize(5)
        .isEqualTo(measured(Optional.of("val"), SPLIT));
  }

  @Test
  void what_was_learnt_from_is_measured_only_by_name() {
    assertThatThrownBy(() -> measured(Optional.empty(), "val_loader=null"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("config.json: val_loader: is missing")
        .hasMessageContaining("--split");
    assertThat(measured(Optional.of("train"), "val_loader=null")).hasSize(10);
  }
}
