package io.repfold.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table that {@code tests/gpu/table.py} makes of the files of a measurement. */
class GpuTableTest {
  private static final Path TABLE = Path.of("gpu", "table.py").toAbsolutePath();
  private static final long HANG_MINUTES = 10;

  @TempDir private Path folder;

  @Test
  void a_plan_stands_beside_its_peers_and_how_the_gpu_was() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "there is no python3");
    write(
        "bench.jsonl",
        """
        {"step": "bench.net.32x3x8x8.half", "benchmarks": [{"timings": [{"milliseconds": {"median": 4.0}, "stages": {"compute": {"median": 2.0}}}]}]}
        {"step": "streams.net.32x3x8x8.half", "any": "thing"}
        {"step": "bench.net.1x3x8x8.int8", "benchmarks": [{"timings": [{"milliseconds": {"median": 0.5}, "stages": {"compute": {"median": 0.25}}}]}]}
        """);
    write(
        "builds.jsonl",
        """
        {"step": "compile.net.32x3x8x8.half.constants", "manifest": {"bytes": 12345678}}
        """);
    write(
        "peers.jsonl",
        """
        {"what": "pytorch", "model": "net-folded.32x3x8x8", "precision": "fp16", "form": "eager", "computeMs": {"median": 7.0}}
        {"what": "pytorch", "model": "net-folded.32x3x8x8", "precision": "fp16", "form": "compiled", "computeMs": {"median": 3.0}}
        {"what": "pytorch", "model": "net-folded.32x3x8x8", "precision": "fp32", "form": "compiled", "computeMs": {"median": 9.0}}
        {"what": "roofline", "model": "net-folded.32x3x8x8", "leastMs": {"fp16": 1.0}}
        """);
    write(
        "device.csv",
        """
        bench.net.32x3x8x8.half, 2026/01/01 00:00:00.000, 1700, 3201, 300.5, 40, 2000
        bench.net.32x3x8x8.half, 2026/01/01 00:00:01.000, 1980, 3201, 410.2, 44, 2100
        bench.net.32x3x8x8.half, 2026/01/01 00:00:02.000, 1980, 3201, 350.1, 43, 2050
        bench.net.32x3x8x8.half, 2026/01/01 00:00:03.000, [N/A], 3201, 350.1, 43, 2050
        device, 2026/01/01 00:00:00.000, 345, 3201, 80.0, 30, 1
        """);

    assertThat(table().lines().skip(2))
        .containsExactly(
            "| net | 32x3x8x8 | half | 2.000 | 4.000 | 8000 | 50 % | 7.000 | 3.000 | 12.3 | 2100 | 1980 | 410 | 44 |",
            "| net | 1x3x8x8 | int8 | 0.250 | 0.500 | 2000 |  |  |  |  |  |  |  |  |");
  }

  private void write(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }

  private String table() throws IOException, InterruptedException {
    Path output = folder.resolve("table.md");
    ProcessBuilder builder =
        new ProcessBuilder("/usr/bin/python3", TABLE.toString(), folder.toString())
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(output.toFile());
    builder.environment().put("PYTHONIOENCODING", StandardCharsets.UTF_8.name());
    Process process = builder.start();
    assertThat(process.waitFor(HANG_MINUTES, TimeUnit.MINUTES)).as("it ends").isTrue();
    return Files.readString(output);
  }
}
