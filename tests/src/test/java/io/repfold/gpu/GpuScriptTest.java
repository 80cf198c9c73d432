package io.repfold.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.repfold.gpu.GpuScript.Call;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the script does with its time and its results; in the place of Java runs a short program.
 */
class GpuScriptTest {
  @TempDir private Path folder;

  private GpuScript script;

  @BeforeEach
  void a_java_that_writes_down_what_it_was_asked_for() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "there is no /bin/bash");
    Files.createDirectories(folder.resolve("native/lib"));
    script = new GpuScript(folder);
    script.fake(
        "native/jre/bin/java",
        GpuScript.ASKED
            + """
            case "$*" in
              *" compile "*) echo compiled && touch "$(sed 's/.* -o \\([^ ]*\\).*/\\1/' <<<"$*")" ;;
              *GpuChecks*) echo "two checks failed" && exit 1 ;;
            esac
            """);
  }

  @Test
  void a_step_that_fails_keeps_none_of_the_others_and_all_is_kept() throws Exception {
    Call first = check(GpuScript.PLENTY);

    assertThat(first.code()).as(first.output()).isEqualTo(1);
    assertThat(first.output()).contains("failed: checks: exit code 1");
    assertThat(script.asked()).hasSize(6).last().asString().contains(" bench ");
    assertThat(Files.readString(folder.resolve("results/log.txt")))
        .contains("two checks failed", "=== compile.m.onnx: exit code 0", "=== bench.m.onnx");

    Call second = check(GpuScript.PLENTY);

    assertThat(second.code()).as(second.output()).isZero();
    assertThat(script.asked()).as("nothing is done a second time").hasSize(6);
  }

  @Test
  void where_no_plan_computes_nothing_else_is_tried() throws Exception {
    Call call = measure();

    assertThat(call.code()).as(call.output()).isEqualTo(1);
    assertThat(call.output())
        .contains("No plan computes here", "failed: smoke: exit code 1")
        .doesNotContain("rest.NN");
    assertThat(script.asked())
        .as("but for the models, which are made meanwhile")
        .filteredOn(line -> !line.contains("GpuNetworks make") && !line.contains(" convert "))
        .satisfiesExactly(
            line -> assertThat(line).endsWith(" doctor"),
            line -> assertThat(line).endsWith("GpuChecks a plan computes"));
    assertThat(folder.resolve("results/log.txt")).content().contains("No plan computes here");
    assertThat(measure().code()).as("nor is it the next time").isEqualTo(1);
  }

  @Test
  void where_no_plan_computes_the_models_are_not_waited_for() throws Exception {
    script.fake(
        "native/jre/bin/java",
        """
        case "$*" in
          *GpuChecks*) exit 1 ;;
          *GpuNetworks*) exec sleep 100000 ;;
        esac
        """);
    Call call = measure();

    assertThat(call.output()).contains("No plan computes here");
    assertThat(folder.resolve("work/results/failed.txt")).hasContent("smoke: exit code 1");
    assertThat(folder.resolve("work/steps/make.reppsp")).doesNotExist();
  }

  @Test
  void where_kernels_were_left_out_the_other_parts_are_named() throws Exception {
    Files.createFile(folder.resolve("native/trimmed.txt"));
    Call call = measure();

    assertThat(call.output()).contains("No plan computes here", "receive the parts rest.NN");
    assertThat(folder.resolve("results/log.txt")).content().contains("rest.NN");
  }

  @Test
  void a_measurement_runs_to_its_end_with_what_matters_most_first() throws Exception {
    fakeMeasurement();
    Call call = measure();

    assertThat(call.code()).as(call.output()).isZero();
    List<String> asked = script.asked();
    assertThat(asked)
        .filteredOn(line -> line.contains(" bench ") && !line.contains("--streams"))
        .as("three sizes of two networks, in three forms")
        .hasSize(9);
    assertThat(asked)
        .filteredOn(line -> line.contains("--streams 1,2,4"))
        .hasSize(3)
        .allMatch(line -> line.contains(".half.plan"));
    assertThat(asked)
        .filteredOn(line -> line.contains(" verify "))
        .as("those of one image")
        .hasSize(6);
    assertThat(
            List.of(
                first(asked, "GpuChecks a plan computes"),
                first(asked, "repvgg-a0.1x3x224x224.half.plan"),
                first(asked, "repvgg-a0.32x3x224x224.half.plan"),
                first(asked, "reppsp.1x3x512x512.half.plan"),
                first(asked, "--precision fp16 --form eager"),
                first(asked, "--form compiled"),
                first(asked, "-Dgpu.loads=200"),
                first(asked, ".folded.plan"),
                first(asked, ".int8.plan"),
                first(asked, "--precision fp32")))
        .isSorted()
        .doesNotContain(-1);
  }

  @Test
  void the_results_are_few_files_and_tell_how_the_gpu_was_while_it_computed() throws Exception {
    fakeMeasurement();
    measure();

    try (Stream<Path> results = Files.list(folder.resolve("results"))) {
      assertThat(results.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "log.txt",
              "builds.jsonl",
              "bench.jsonl",
              "verify.jsonl",
              "peers.jsonl",
              "device.csv",
              "table.md");
    }
    assertThat(folder.resolve("results/device.csv"))
        .content()
        .contains("bench.reppsp.1x3x512x512.half, 1980")
        .contains("streams.reppsp.1x3x512x512.half, 1980");
  }

  /** A benchmark does not end before the GPU has been asked how it is. */
  private void fakeMeasurement() throws IOException {
    script.fake(
        "python",
        """
        echo "python $*" >>'FOLDER/asked.txt'
        case "$*" in
          *nvidia*) exit 1 ;;
          -c*) cat >/dev/null ;;
        esac
        echo '{}'
        """);
    script.fake("bin/nvidia-smi", "echo 1980");
    script.fake(
        "native/jre/bin/java",
        GpuScript.ASKED
            + """
            case "$*" in
              *" bench "*)
                for i in {1..600}; do
                  grep -qs "^$STEP," 'FOLDER/work/results/device.csv' && exit 0
                  sleep .1
                done
                exit 1 ;;
            esac
            for word; do
              [ "$before" != -o ] || touch "$word"
              before=$word
            done
            """);
  }

  private static int first(List<String> lines, String part) {
    return IntStream.range(0, lines.size())
        .filter(i -> lines.get(i).contains(part))
        .findFirst()
        .orElse(-1);
  }

  @Test
  void what_does_not_fit_into_the_time_is_left_for_the_next_call() throws Exception {
    Call call = check(5);

    assertThat(call.code()).as(call.output()).isEqualTo(4);
    assertThat(call.output()).contains("left for the next call: 4 steps");
    assertThat(folder.resolve("asked.txt")).doesNotExist();
  }

  private Call measure() throws IOException, InterruptedException {
    return script.run("measure", "native");
  }

  private Call check(int seconds) throws IOException, InterruptedException {
    return script.runWithin(seconds, "check", "native", "m.onnx");
  }
}
