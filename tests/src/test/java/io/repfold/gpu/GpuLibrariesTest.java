package io.repfold.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The libraries that the profile for GPUs brings fit together, as far as the system's linker can
 * tell without a driver. Skipped without the profile, whose jars are 4 GB; docs/tensorrt.md has the
 * command.
 */
class GpuLibrariesTest {
  private static final List<String> FOLDERS =
      List.of(
          "/ai/onnxruntime/native/linux-x64/",
          "/org/bytedeco/cuda/linux-x86_64/",
          "/org/bytedeco/tensorrt/linux-x86_64/");

  private static final String DRIVER = "libcuda.so.1";

  /** ONNX Runtime hands it to its providers when it loads them. */
  private static final String GIVEN = "Provider_GetHost";

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "libonnxruntime_providers_cuda.so",
        "libonnxruntime_providers_tensorrt.so",
        "libjninvinfer.so",
        "libjninvonnxparser.so"
      })
  void every_symbol_is_found(String library) throws IOException, InterruptedException {
    Path file = unpacked(library);
    assumeTrue(file != null, "the class path has no " + library + ": build with -Pgpu");
    List<String> open = new ArrayList<>(List.of(library));
    while (!open.isEmpty()) {
      for (String line : ldd(folder.resolve(open.remove(0)))) {
        if (line.endsWith("=> not found") && unpacked(name(line)) != null) {
          open.add(name(line));
        }
      }
    }

    assertThat(ldd("-r", file))
        .filteredOn(line -> line.contains("undefined symbol") || line.endsWith("not found"))
        .allMatch(line -> line.contains(GIVEN) || name(line).equals(DRIVER));
  }

  private static String name(String line) {
    return line.strip().split(" ", 2)[0];
  }

  /** Where a library lies now that a jar of the class path holds; null if none does. */
  private @Nullable Path unpacked(String library) throws IOException {
    Path file = folder.resolve(library);
    for (String place : FOLDERS) {
      try (InputStream packed = GpuLibrariesTest.class.getResourceAsStream(place + library)) {
        if (packed != null && Files.notExists(file)) {
          Files.copy(packed, file);
          return file;
        }
      }
    }
    return null;
  }

  private List<String> ldd(Path file) throws IOException, InterruptedException {
    return run(List.of("ldd", file.toString()));
  }

  private List<String> ldd(String option, Path file) throws IOException, InterruptedException {
    return run(List.of("ldd", option, file.toString()));
  }

  private List<String> run(List<String> command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LD_LIBRARY_PATH", folder.toString());
    Process process = builder.start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return printed.lines().toList();
  }
}
