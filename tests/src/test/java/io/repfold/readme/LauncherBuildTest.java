package io.repfold.readme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When the launcher builds, what it runs then, and what it says if that fails. */
class LauncherBuildTest {
  @TempDir private Path folder;
  private Checkout checkout;

  @BeforeEach
  void make() throws IOException {
    checkout = Checkout.make(folder);
  }

  private Installation.Run run(String... environment) throws IOException, InterruptedException {
    Installation.Run run = checkout.run(environment);
    assertThat(run.exitCode()).as(run.output()).isZero();
    return run;
  }

  private Installation.Run failure(String... environment) throws IOException, InterruptedException {
    Installation.Run run = checkout.run(environment);
    assertThat(run.exitCode()).as(run.output()).isEqualTo(1);
    assertThat(run.output()).as("Java").doesNotContain("argument");
    return run;
  }

  /** Starts it and says which build ran. */
  private String ran() throws IOException, InterruptedException {
    return ran(run());
  }

  private static String ran(Installation.Run run) {
    return run.output().replaceAll("(?s).*jar repfold-cli-2.jar: (build \\d+).*", "$1");
  }

  @Test
  void what_is_missing_is_built_with_this_java_and_the_jars_run() throws Exception {
    Installation.Run run = run();

    assertThat(checkout.builds())
        .containsExactly(
            "begin %s: -q -B -ntp -P quick -pl cli -am package".formatted(checkout.path("jdk")));
    assertThat(run.output())
        .startsWith("repfold: building; the first time takes a minute or two\n")
        .containsPattern("repfold: built in \\d+ s\n");
    assertThat(run.output().lines().filter(line -> line.startsWith("jar ")))
        .containsExactly(
            "jar onnxruntime-1.jar: build 1",
            "jar repfold-cli-2.jar: build 1",
            "jar repfold-core-1.jar: build 1");
    assertThat(run.output().lines().filter(line -> line.startsWith("argument ")))
        .containsExactly("argument io.repfold.cli.Main", "argument some", "argument two words");
    String libraries = "option -Donnxruntime.native.path=";
    String unpacked =
        run.output().lines().filter(line -> line.startsWith(libraries)).findFirst().orElseThrow();
    assertThat(Path.of(unpacked.substring(libraries.length()), "library.so")).exists();
  }

  @Test
  void what_is_built_runs_at_once() throws Exception {
    run();
    List<String> archived = Files.readAllLines(checkout.path("archived.txt"));
    checkout.write("cli/src/test/java/ATest.java", "tests are no part of it");
    checkout.write("pom.xml", "written anew, and older than the build");
    checkout.age("pom.xml");

    Installation.Run run = run();

    assertThat(run.output()).startsWith("started\n").doesNotContain("repfold: ");
    assertThat(checkout.builds()).hasSize(1);
    assertThat(checkout.path("archived.txt"))
        .as("asked once")
        .content()
        .isEqualTo(String.join("\n", archived) + "\n");
  }

  @Test
  void what_another_build_writes_over_its_jars_does_not_reach_what_was_built() throws Exception {
    run();
    for (String jar : List.of("repfold-cli-2.jar", "lib/repfold-core-1.jar")) {
      checkout.write("cli/target/" + jar, "half a jar");
    }

    Installation.Run run = run();

    assertThat(run.output())
        .contains("jar repfold-cli-2.jar: build 1\n", "jar repfold-core-1.jar: build 1\n");
  }

  @Test
  void a_newer_source_of_any_module_is_built() throws Exception {
    run();
    int builds = 1;
    for (String source : checkout.sources()) {
      checkout.write(source, "changed");

      Installation.Run run = run();

      builds++;
      assertThat(checkout.builds()).as(source).hasSize(builds);
      assertThat(run.output()).startsWith("repfold: the sources have changed; building\n");
      assertThat(ran(run)).isEqualTo("build " + builds);
    }
    assertThat(builds).as("modules that were seen").isGreaterThan(12);
  }

  @Test
  void a_source_that_was_removed_or_changed_during_the_build_is_noticed() throws Exception {
    run();
    Files.delete(checkout.path("export/onnx/src/main/java/A.java"));
    checkout.write("maven.edits", "");
    assertThat(ran()).isEqualTo("build 2");
    Files.delete(checkout.path("maven.edits"));

    assertThat(ran()).as("after an edit during the build").isEqualTo("build 3");
    assertThat(ran()).isEqualTo("build 3");
  }

  @Test
  void a_build_whose_folder_is_gone_is_made_again() throws Exception {
    run();
    Path built = checkout.kept("launcher").get(0);
    Files.move(built, built.resolveSibling("elsewhere"));

    assertThat(ran()).isEqualTo("build 2");
  }

  @Test
  void each_choice_of_profiles_has_a_build_of_its_own() throws Exception {
    assertThat(ran(run())).isEqualTo("build 1");
    assertThat(ran(run("REPFOLD_PROFILES=gpu"))).isEqualTo("build 2");
    assertThat(ran(run("REPFOLD_PROFILES=gpu,tensorrt-10"))).isEqualTo("build 3");

    assertThat(ran(run("REPFOLD_PROFILES=gpu"))).isEqualTo("build 2");
    assertThat(ran(run())).isEqualTo("build 1");
    assertThat(checkout.builds())
        .extracting(build -> build.replaceAll(".* -P (\\S+) .*", "$1"))
        .containsExactly("quick", "quick,gpu", "quick,gpu,tensorrt-10");
    assertThat(checkout.kept("")).hasSize(3);
  }

  @Test
  void a_failed_build_shows_the_end_of_its_log_and_leaves_the_old_one() throws Exception {
    run();
    checkout.write("cli/src/main/java/A.java", "wrong");
    checkout.write("maven.fails", "");

    Installation.Run run = failure();

    Path log = checkout.path("target/launcher/build.log");
    assertThat(run.output())
        .startsWith("repfold: the sources have changed; building\n")
        .contains("\nline 3c\n", "\nline 9f\n")
        .doesNotContain("line 3b")
        .endsWith("repfold: the build failed. Its whole log is in '%s'.\n".formatted(log));
    assertThat(log).content().startsWith("line 1a\n");
    checkout.age("cli/src/main/java/A.java");
    for (String directory : List.of("cli/src/main/java", "cli/src/main")) {
      checkout.age(directory);
    }
    assertThat(ran()).as("with the source as it was").isEqualTo("build 1");
    checkout.write("cli/src/main/java/A.java", "right");
    Files.delete(checkout.path("maven.fails"));
    assertThat(ran()).isEqualTo("build 3");
  }

  @Test
  void a_first_build_that_fails_leaves_nothing_to_run() throws Exception {
    checkout.write("maven.fails", "");

    assertThat(failure().output()).contains("the first time").contains("the build failed.");
    assertThat(failure().output()).contains("the first time").contains("the build failed.");
    assertThat(checkout.builds()).hasSize(2);
  }

  @Test
  void a_java_without_a_compiler_runs_what_is_built_and_builds_nothing() throws Exception {
    Files.delete(checkout.path("jdk/bin/javac"));

    assertThat(failure().output())
        .isEqualTo(
            "repfold: '%s' has no compiler. Building needs a JDK: set JAVA_HOME to one.\n"
                .formatted(checkout.path("jdk")));
    assertThat(checkout.builds()).isEmpty();

    checkout.write("jdk/bin/javac", "");
    assertThat(checkout.path("jdk/bin/javac").toFile().setExecutable(true)).isTrue();
    run();
    Files.delete(checkout.path("jdk/bin/javac"));
    assertThat(ran()).isEqualTo("build 1");
  }

  @Test
  void a_folder_that_cannot_be_written_to_is_named() throws Exception {
    String refusal =
        "repfold: cannot build in '%s', which cannot be written to\n"
            .formatted(checkout.path("").toAbsolutePath());
    checkout.write("target", "a file in the place of the folder");
    assertThat(failure().output()).endsWith(refusal);
    Files.delete(checkout.path("target"));

    Path work = Files.createDirectories(checkout.path("target/launcher"));
    for (Path locked : List.of(work, work.getParent())) {
      Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("r-xr-xr-x"));
      Installation.Run run = checkout.run(withoutPrivileges());
      Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("rwxr-xr-x"));
      assertThat(run.exitCode()).as(run.output()).isEqualTo(1);
      assertThat(run.output()).isEqualTo(refusal);
    }
    assertThat(checkout.builds()).isEmpty();
  }

  /** Root may write everywhere, unless it gives that up. */
  private String[] withoutPrivileges() throws IOException, InterruptedException {
    if (!System.getProperty("user.name").equals("root")) {
      return new String[0];
    }
    String[] command = {
      "setpriv", "--bounding-set", "-dac_override", "--inh-caps", "-dac_override"
    };
    Installation.Run run = Installation.run(folder, String.join(" ", command) + " true");
    assumeTrue(run.exitCode() == 0, "root may write everywhere: " + run.output());
    return command;
  }

  @Test
  void a_jar_of_an_earlier_version_is_no_part_of_a_build() throws Exception {
    checkout.write("cli/target/repfold-cli-1.jar", "an old one");
    checkout.write("cli/target/lib/old-1.jar", "another");

    assertThat(run().output()).doesNotContain("repfold-cli-1.jar").doesNotContain("old-1.jar");
  }
}
