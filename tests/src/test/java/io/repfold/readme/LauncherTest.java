package io.repfold.readme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the launcher says before Java runs, and how it starts the real one. */
@Tag("slow")
class LauncherTest {
  @TempDir private Path folder;

  private Installation.Run start(String javaHome) throws IOException, InterruptedException {
    String launcher = Readme.root().resolve("repfold").toString();
    return Installation.run(folder, javaHome, List.of(launcher, "--version"));
  }

  private Path java(String version) throws IOException {
    Path home = folder.resolve("java");
    Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\necho must not run\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"%s\"\n".formatted(version));
    return home;
  }

  @Test
  void it_names_a_wrong_java_home() throws IOException, InterruptedException {
    Installation.Run run = start("/no/such/java");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.output())
        .isEqualTo(
            "repfold: JAVA_HOME is '/no/such/java', and there is no bin/java in it. Set it to a JDK 17 or newer.\n");
  }

  @Test
  void it_refuses_an_old_java() throws IOException, InterruptedException {
    Path home = java("11.0.2");

    Installation.Run run = start(home.toString());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.output()).contains("is version 11.0.2. Set JAVA_HOME to a JDK 17 or newer.");
  }

  @Test
  void it_refuses_what_is_no_name_of_a_profile() throws IOException, InterruptedException {
    String launcher = Readme.root().resolve("repfold").toString();

    Installation.Run run =
        Installation.run(
            folder,
            System.getProperty("java.home"),
            List.of("sh", "-c", "REPFOLD_PROFILES='gpu; ls' '%s' --version".formatted(launcher)));

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.output())
        .contains("REPFOLD_PROFILES is 'gpu; ls'; expected names of Maven profiles");
  }

  @Test
  void it_refuses_the_java_of_old_numbering() throws IOException, InterruptedException {
    Path home = java("1.8.0_402");

    Installation.Run run = start(home.toString());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.output()).contains("is version 1.8.0_402.");
  }

  @Test
  void a_long_command_line_does_no_harm() throws IOException, InterruptedException {
    String model = Readme.root().resolve("samples/models/trained.onnx").toString();
    try (Installation installation = Installation.make()) {
      Installation.Run run =
          Installation.run(
              folder,
              "JAVA_OPTS=-Dlong=%s '%s' verify '%s' '%s'"
                  .formatted("x".repeat(20_000), installation.launcher(), model, model));

      assertThat(run.exitCode()).as(run.output()).isZero();
    }
  }

  @Test
  void arguments_and_folders_may_hold_spaces_and_start_through_a_link()
      throws IOException, InterruptedException {
    Path working = Files.createDirectories(folder.resolve("work here"));
    Path link = working.resolve("link");
    Files.copy(
        Readme.root().resolve("samples/models/trained.onnx"), working.resolve("my model.onnx"));
    try (Installation installation = Installation.make()) {
      Files.createSymbolicLink(link, installation.launcher());

      Installation.Run run =
          Installation.run(working, "./link fold 'my model.onnx' -o 'my fold.onnx' --no-verify");

      Files.delete(link);
      assertThat(run.exitCode()).as(run.output()).isZero();
      assertThat(working.resolve("my fold.onnx")).exists();
    }
  }
}
