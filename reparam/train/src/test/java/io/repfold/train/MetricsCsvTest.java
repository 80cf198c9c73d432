package io.repfold.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsCsvTest {
  private static final List<String> COLUMNS = List.of("train/loss", "Mean_IoU");

  @TempDir Path folder;

  private void write(Path file, int from, int to) {
    try (MetricsCsv csv = MetricsCsv.open(file, COLUMNS, from)) {
      for (int step = from; step < to; step++) {
        csv.write(
            step,
            step % 2 == 0 ? Map.of("train/loss", 1.0 / (step + 1)) : Map.of("Mean_IoU", .1 * step));
      }
    }
  }

  @Test
  void each_step_is_a_line_with_empty_cells_for_what_was_not_taken() throws IOException {
    Path file = folder.resolve("metrics.csv");
    write(file, 0, 3);
    assertThat(file)
        .hasContent("step,train/loss,Mean_IoU\n0,1.0,\n1,,0.1\n2,0.3333333333333333,\n");
  }

  @Test
  void a_run_that_goes_on_writes_the_file_of_one_that_never_stopped() throws IOException {
    Path whole = folder.resolve("whole.csv");
    write(whole, 0, 9);
    byte[] bytes = Files.readAllBytes(whole);
    String text = Files.readString(whole);
    int kept = text.indexOf("\n5,") + 1;
    for (int end = kept; end <= bytes.length; end++) {
      Path file = folder.resolve("cut" + end + ".csv");
      Files.write(file, Arrays.copyOf(bytes, end));
      write(file, 5, 9);
      assertThat(file).hasSameBinaryContentAs(whole);
    }
  }

  @Test
  void a_header_that_was_cut_off_is_written_again() throws IOException {
    Path file = folder.resolve("metrics.csv");
    Files.writeString(file, "step,tra");
    write(file, 0, 1);
    assertThat(file).hasContent("step,train/loss,Mean_IoU\n0,1.0,\n");
  }

  @Test
  void lines_are_in_the_file_before_it_is_closed() throws IOException {
    Path file = folder.resolve("metrics.csv");
    try (MetricsCsv csv = MetricsCsv.open(file, COLUMNS, 0)) {
      csv.write(0, Map.of("Mean_IoU", Double.NaN));
      assertThat(file).hasContent("step,train/loss,Mean_IoU\n0,,NaN\n");
    }
  }

  @Test
  void another_file_is_not_overwritten() throws IOException {
    Path file = folder.resolve("metrics.csv");
    Files.writeString(file, "step,loss\n0,1\n");
    assertThatThrownBy(() -> MetricsCsv.open(file, COLUMNS, 0))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("metrics.csv")
        .hasMessageContaining("'step,loss'")
        .hasMessageContaining("move it away");
    Files.writeString(file, "step,train/loss,Mean_IoU\nx,1,2\n");
    assertThatThrownBy(() -> MetricsCsv.open(file, COLUMNS, 5)).hasMessageContaining("'x,1,2'");
    assertThat(file).hasContent("step,train/loss,Mean_IoU\nx,1,2\n");
  }

  @Test
  void unknown_figures_and_columns_that_cannot_be_are_refused() {
    Path file = folder.resolve("metrics.csv");
    try (MetricsCsv csv = MetricsCsv.open(file, COLUMNS, 0)) {
      assertThatThrownBy(() -> csv.write(0, Map.of("mIoU", 1.0)))
          .hasMessageContaining("no columns [mIoU]");
    }
    assertThatThrownBy(() -> MetricsCsv.open(file, List.of("a,b"), 0))
        .hasMessageContaining("'a,b'");
  }
}
