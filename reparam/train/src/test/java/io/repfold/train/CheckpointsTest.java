package io.repfold.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.ElementType;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Tensor;
import io.repfold.graph.WeightSource;
import io.repfold.onnx.OnnxModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
  @TempDir private Path folder;

  private static OnnxModel model(long seed) {
    GraphBuilder b = new GraphBuilder("net", WeightSource.he(seed));
    b.output(b.conv(b.input("x", 1, 3, 8, 8), 4, Kernel.of(3), 1));
    return OnnxModel.of(b.build());
  }

  private static TrainingState state(long step) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("velocity/a.weight", Tensor.ofFloats(new float[] {step, -0.0f, 1e-40f}, 3));
    tensors.put("schedule", Tensor.ofDoubles(ElementType.DOUBLE, new double[] {Math.PI}));
    tensors.put("counts", Tensor.ofLongs(new long[] {step, Long.MIN_VALUE}, 2));
    Progress progress = new Progress(3, 5, step, 0.1 + 0.2, Double.NaN, 2, false);
    return new TrainingState(progress, tensors);
  }

  @Test
  void what_is_saved_is_loaded_to_the_bit() {
    Checkpoints checkpoints = new Checkpoints(folder);

    checkpoints.save(model(1), state(1));
    checkpoints.save(model(2), state(2));

    Checkpoints.Pair pair = checkpoints.load();
    assertThat(pair.model().graph()).isEqualTo(model(2).graph());
    assertThat(pair.state()).isEqualTo(state(2));
    assertThat(names(folder)).containsExactly("last.onnx", "last.state");
  }

  @Test
  void the_same_state_is_the_same_bytes() throws IOException {
    StateFile.write(folder.resolve("a"), new StateFile.Content(state(4), "00"));
    StateFile.write(folder.resolve("b"), new StateFile.Content(state(4), "00"));

    assertThat(folder.resolve("a")).hasSameBinaryContentAs(folder.resolve("b"));
  }

  /** Every moment of a save at which the process may die. */
  @Test
  void a_save_that_is_cut_off_leaves_the_pair_before_or_the_new_one() throws IOException {
    Path other = Files.createDirectory(folder.resolve("other"));
    new Checkpoints(other).save(model(2), state(2));
    for (int moves = 0; moves < 5; moves++) {
      Path run = Files.createDirectory(folder.resolve("run" + moves));
      Checkpoints checkpoints = new Checkpoints(run);
      checkpoints.save(model(1), state(1));
      if (moves >= 1) {
        copy(other.resolve("last.onnx"), run.resolve(moves >= 3 ? "last.onnx" : "last.onnx.next"));
      }
      if (moves >= 2) {
        copy(
            other.resolve("last.state"),
            run.resolve(moves >= 4 ? "last.state" : "last.state.next"));
      }

      Checkpoints.Pair pair = checkpoints.load();

      long seed = moves >= 3 ? 2 : 1;
      assertThat(pair.model().graph()).as("after %d moves", moves).isEqualTo(model(seed).graph());
      assertThat(pair.state()).as("after %d moves", moves).isEqualTo(state(seed));
    }
  }

  @Test
  void a_half_written_next_state_does_no_harm() throws IOException {
    Checkpoints checkpoints = new Checkpoints(folder);
    checkpoints.save(model(1), state(1));
    byte[] whole = Files.readAllBytes(folder.resolve("last.state"));
    Files.write(folder.resolve("last.state.next"), java.util.Arrays.copyOf(whole, 40));

    assertThat(checkpoints.load().state()).isEqualTo(state(1));
  }

  @Test
  void files_that_do_not_belong_together_are_refused() throws IOException {
    Checkpoints checkpoints = new Checkpoints(folder);
    checkpoints.save(model(1), state(1));
    model(2).write(folder.resolve("last.onnx"));

    assertThatThrownBy(checkpoints::load)
        .isInstanceOf(RunException.class)
        .hasMessageContaining("last.state: does not belong to")
        .hasMessageContaining("SHA-256");
  }

  @Test
  void a_changed_byte_anywhere_is_noticed() throws IOException {
    Checkpoints checkpoints = new Checkpoints(folder);
    checkpoints.save(model(1), state(1));
    Path file = folder.resolve("last.state");
    byte[] whole = Files.readAllBytes(file);
    Random random = new Random(5);
    for (int i = 0; i < 300; i++) {
      byte[] changed = whole.clone();
      int at = random.nextInt(whole.length);
      changed[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, changed);
      try {
        TrainingState read = checkpoints.load().state();
        assertThat(read).as("bit of byte %d of %d", at, whole.length).isEqualTo(state(1));
      } catch (RunException e) {
        assertThat(e).hasMessageContaining("last.");
      }
    }
    Files.write(file, java.util.Arrays.copyOf(whole, whole.length / 2));
    assertThatThrownBy(checkpoints::load).hasMessageContaining("last.state");
  }

  @Test
  void a_missing_file_is_named() throws IOException {
    Checkpoints checkpoints = new Checkpoints(folder);
    assertThatThrownBy(checkpoints::load).hasMessageContaining("saved nothing yet");
    checkpoints.save(model(1), state(1));
    Files.delete(folder.resolve("last.state"));
    assertThatThrownBy(checkpoints::load).hasMessageContaining("start_from");
  }

  @Test
  void a_model_without_state_is_no_state() {
    model(1).write(folder.resolve("model"));
    assertThatThrownBy(() -> StateFile.read(folder.resolve("model")))
        .hasMessageContaining("holds no training state");
  }

  static Stream<String> names(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
  }
}
