package io.repfold.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs {@link Soak} for 15 seconds, or for {@code -Dsoak.seconds=600}. What memory did is in {@code
 * target/soak.csv}.
 */
@Tag("slow")
class SoakTest {
  private static final String SECONDS = System.getProperty("soak.seconds", "15");

  /** The heap is all there from the start, so what grows is a leak. */
  private static final List<String> FIXED_HEAP =
      List.of("-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC");

  @TempDir private Path folder;

  @Test
  void masks_stay_right_and_memory_stays_flat() throws Exception {
    assumeTrue(MemoryTrace.isAvailable(), "only Linux tells how much memory a process has");
    Path model = Scene.network(folder.resolve("model.onnx"), 1);
    ProcessBuilder soak =
        new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    soak.command().addAll(FIXED_HEAP);
    soak.command().addAll(List.of("-cp", System.getProperty("java.class.path")));
    soak.command().addAll(List.of(Soak.class.getName(), SECONDS, model.toString()));
    soak.command().add(Path.of("target", "soak.csv").toString());
    Process process = soak.redirectErrorStream(true).start();
    String printed =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();

    assertThat(process.waitFor()).as(printed).isZero();
    assertThat(printed).startsWith("Soak: ");
    System.out.println(printed);
  }
}
