package io.repfold.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The script {@code tests/gpu/run.sh}, in a folder where short programs stand in for others.
 *
 * @param folder where it runs; what it keeps goes to {@code work}, its results to {@code results}
 */
record GpuScript(Path folder) {
  /** Of a stand-in: it writes down what it was asked for. */
  static final String ASKED = "echo \"$*\" >>'FOLDER/asked.txt'\n";

  /** Seconds for all steps on the slowest machine. */
  static final int PLENTY = 36_000;

  private static final Path SCRIPT = Path.of("gpu", "run.sh").toAbsolutePath();

  /** What runs longer hangs. */
  private static final long HANG_MINUTES = 60;

  /** What a call of the script gave. */
  record Call(int code, String output) {}

  /** Puts a script of bash, in which {@code FOLDER} is the folder, in the place of a program. */
  void fake(String name, String script) throws IOException {
    Path program = folder.resolve(name);
    Files.createDirectories(program.getParent());
    Files.writeString(program, "#!/bin/bash\n" + script.replace("FOLDER", folder.toString()));
    assertThat(program.toFile().setExecutable(true)).isTrue();
  }

  List<String> asked() throws IOException {
    return Files.readAllLines(folder.resolve("asked.txt"));
  }

  Call run(String... arguments) throws IOException, InterruptedException {
    return runWithin(PLENTY, arguments);
  }

  Call runWithin(int seconds, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("/bin/bash", SCRIPT.toString()));
    command.addAll(List.of(arguments));
    return call(seconds, command);
  }

  private Call call(int seconds, List<String> command) throws IOException, InterruptedException {
    Path output = folder.resolve("output.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(output.toFile());
    builder.environment().put("WORK", folder.resolve("work").toString());
    builder.environment().put("RESULTS", folder.resolve("results").toString());
    builder.environment().put("BUDGET", String.valueOf(seconds));
    builder.environment().put("PYTHON", folder.resolve("python").toString());
    builder
        .environment()
        .compute("PATH", (name, path) -> folder.resolve("bin") + File.pathSeparator + path);
    Process process = builder.start();
    assertThat(process.waitFor(HANG_MINUTES, TimeUnit.MINUTES)).as("it ends").isTrue();
    return new Call(process.exitValue(), Files.readString(output));
  }
}
