package io.repfold.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  private static final LocalDateTime NOW = LocalDateTime.of(2026, 3, 7, 14, 5, 9);

  @TempDir private Path folder;

  private TrainConfig config() {
    return ConfigReader.parse(
        "config.json",
        """
        {"name": "net", "arch": {"type": "PSPNet"},
         "train_loader": {"type": "VOC", "args": {"data_dir": "data", "split": "train", "batch_size": 2}}}
        """,
        List.of("trainer.save_dir=" + folder));
  }

  @Test
  void a_run_has_a_folder_named_after_its_time() {
    RunFolder first = RunFolder.create(config(), Optional.empty(), NOW);
    RunFolder second = RunFolder.create(config(), Optional.empty(), NOW);

    assertThat(first.path()).isEqualTo(folder.resolve("net/03-07_14-05-09"));
    assertThat(second.path()).isEqualTo(folder.resolve("net/03-07_14-05-09-2"));
    assertThat(first.config().toJson()).isEqualTo(config().toJson());
    assertThat(RunFolder.isRun(first.path())).isTrue();
  }

  @Test
  void event_files_lie_in_the_run_or_where_they_are_wanted() {
    RunFolder run = RunFolder.create(config(), Optional.of(folder.resolve("mine")), NOW);

    assertThat(run.events(config())).isEqualTo(run.path());
  }

  @Test
  void a_folder_that_holds_something_is_left_alone() throws IOException {
    Path taken = Files.createDirectory(folder.resolve("taken"));
    Files.writeString(taken.resolve("notes.txt"), "mine");

    assertThatThrownBy(() -> RunFolder.create(config(), Optional.of(taken), NOW))
        .hasMessageContaining("taken: is not empty")
        .hasMessageContaining("--resume");
    assertThat(CheckpointsTest.names(taken)).containsExactly("notes.txt");
  }

  @Test
  void a_folder_without_a_run_is_named() {
    assertThatThrownBy(() -> RunFolder.open(folder)).hasMessageContaining("no folder of a run");
  }

  @Test
  void a_file_of_a_run_is_not_the_run() throws IOException {
    RunFolder run = RunFolder.create(config(), Optional.of(folder.resolve("mine")), NOW);
    Path best = Files.writeString(run.path().resolve("best.onnx"), "x");

    assertThatThrownBy(() -> RunFolder.open(best))
        .hasMessage(
            "%s: is a file, and a run is a folder; name %s to go on with the run, or begin another from a file's weights by 'train %s -c config.json'",
            best, run.path(), best);
    assertThatThrownBy(() -> RunFolder.open(folder.resolve("nowhere")))
        .hasMessageContaining("nowhere: there is no such folder");
  }

  @Test
  void only_one_trains_in_a_folder() {
    RunFolder run = RunFolder.create(config(), Optional.empty(), NOW);
    try (RunFolder.Lock first = run.lock()) {
      assertThat(first).isNotNull();
      assertThatThrownBy(run::lock).hasMessageContaining("is being trained by another process");
    }
    run.lock().close();
    assertThat(CheckpointsTest.names(run.path())).containsExactly("config.json");
  }

  @Test
  void what_a_save_left_behind_is_removed() throws IOException {
    RunFolder run = RunFolder.create(config(), Optional.empty(), NOW);
    Files.writeString(run.path().resolve(".last.onnx.next.123-4.tmp"), "x");
    Files.writeString(run.path().resolve("last.onnx.next"), "x");
    Files.writeString(run.path().resolve("notes.tmp"), "mine");

    run.clean();

    assertThat(CheckpointsTest.names(run.path())).containsExactly("config.json", "notes.tmp");
  }

  @Test
  void weights_that_are_not_there_are_named() {
    RunFolder run = RunFolder.create(config(), Optional.empty(), NOW);
    assertThatThrownBy(() -> run.weights(true)).hasMessageContaining("best.onnx");
  }
}
