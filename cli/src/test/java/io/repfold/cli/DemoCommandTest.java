package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoCommandTest {
  @TempDir private Path folder;

  @Test
  void the_demo_folds_verifies_and_times_a_trained_model() {
    CliRun run =
        CliRun.of("demo", "--folder", folder, "--seconds", 0, "--size", 64, "--samples", 1);

    assertThat(run.code()).as(run.out() + run.err()).isZero();
    assertThat(run.out()).contains("67 regions", "Verified", "optimizer off", "optimizer on");
    assertThat(folder.resolve("folded.onnx")).isRegularFile();
    assertThat(folder.resolve("report.html")).isRegularFile();
    assertThat(CliRun.of("inspect", folder.resolve("folded.onnx"), "--check").code()).isZero();
  }
}
