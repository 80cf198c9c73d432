package io.repfold.readme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Launchers that start while another one builds, or while what another one built runs. */
class LauncherLockTest {
  private static final String WAITING = "repfold: waiting for another start to finish its build\n";

  /** All that the launcher runs, beside flock and Java. */
  private static final List<String> TOOLS =
      "bash sh cat cp date dirname env find grep ln mkdir mktemp mv readlink rm sed sleep tail touch uname"
          .lines()
          .flatMap(line -> Stream.of(line.split(" ", -1)))
          .toList();

  @TempDir private Path folder;
  private Checkout checkout;

  @BeforeEach
  void make() throws IOException {
    checkout = Checkout.make(folder);
  }

  private static Path tool(String name) {
    return Stream.of("/usr/bin", "/bin", "/usr/local/bin", "/opt/homebrew/bin")
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .findFirst()
        .orElse(Path.of("/none"));
  }

  /** The setting of {@code env} that leaves flock out, or none. */
  private String[] locks(boolean flock) throws IOException {
    if (flock) {
      assumeTrue(Files.exists(tool("flock")), "there is no flock");
      return new String[0];
    }
    Path tools = Files.createDirectories(folder.resolve("tools"));
    for (String name : TOOLS) {
      Path wrapper = tools.resolve(name);
      Files.writeString(wrapper, "#!/bin/sh\nexec %s \"$@\"\n".formatted(tool(name)));
      assertThat(wrapper.toFile().setExecutable(true)).isTrue();
    }
    return new String[] {"PATH=" + tools};
  }

  private static void assertRan(Installation.Run run, String build) {
    assertThat(run.exitCode()).as(run.output()).isZero();
    assertThat(run.output()).contains("jar repfold-cli-2.jar: %s\n".formatted(build));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_second_start_waits_for_the_build_of_the_first(boolean flock) throws Exception {
    String[] locks = locks(flock);
    checkout.write("maven.waits", "");
    try (Launch first = checkout.launch(locks)) {
      first.await(() -> checkout.builds().size() == 1);
      try (Launch second = checkout.launch(locks)) {
        second.await(() -> second.printed().contains("waiting") || checkout.builds().size() > 1);
        Files.delete(checkout.path("maven.waits"));

        assertRan(first.end(), "build 1");
        assertRan(second.end(), "build 1");
        assertThat(second.printed()).startsWith(WAITING).doesNotContain("building");
      }
    }
    assertThat(checkout.builds()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void builds_of_different_profiles_do_not_run_at_the_same_time(boolean flock) throws Exception {
    String[] locks = locks(flock);
    checkout.write("maven.waits", "");
    try (Launch first = checkout.launch(locks)) {
      first.await(() -> checkout.builds().size() == 1);
      String[] profile =
          Stream.concat(Stream.of(locks), Stream.of("REPFOLD_PROFILES=gpu")).toArray(String[]::new);
      try (Launch second = checkout.launch(profile)) {
        second.await(() -> second.printed().contains("waiting") || checkout.builds().size() > 1);
        Files.delete(checkout.path("maven.waits"));

        assertRan(first.end(), "build 1");
        assertRan(second.end(), "build 2");
      }
    }
    assertThat(checkout.log().stream().map(line -> line.substring(0, 3)))
        .containsExactly("beg", "end", "beg", "end");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_build_that_failed_lets_the_next_start_build(boolean flock) throws Exception {
    String[] locks = locks(flock);
    checkout.write("maven.fails", "");
    assertThat(checkout.run(locks).exitCode()).isEqualTo(1);
    Files.delete(checkout.path("maven.fails"));

    assertRan(checkout.run(locks), "build 2");
  }

  @Test
  void without_flock_the_lock_of_an_interrupted_build_is_named() throws Exception {
    String[] locks = locks(false);
    checkout.write("maven.waits", "");
    try (Launch killed = checkout.launch(locks)) {
      killed.await(() -> checkout.builds().size() == 1);
      killed.process().destroyForcibly().waitFor();
    }
    Files.delete(checkout.path("maven.waits"));

    Installation.Run run = checkout.run(locks);

    Path lock = checkout.path("target/launcher.lock.d");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.output())
        .isEqualTo(
            "repfold: a build was interrupted. Remove '%s' and start again.\n".formatted(lock));
    try (Stream<Path> files = Files.list(lock)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(lock);
    assertRan(checkout.run(locks), "build 2");
  }

  @Test
  void what_runs_keeps_its_jars_through_the_next_build_and_older_ones_go() throws Exception {
    checkout.write("java.waits", "");
    try (Launch running = checkout.launch()) {
      running.await(() -> running.printed().contains("started"));
      checkout.write("maven.fails", "");
      checkout.write("pom.xml", "wrong");
      try (Launch failing = checkout.launch()) {
        failing.await(() -> failing.printed().contains("waiting") || checkout.builds().size() > 1);
        assertThat(failing.printed()).as("Java keeps no lock").doesNotContain("waiting");
        assertThat(failing.end().exitCode()).isEqualTo(1);
      }
      Files.delete(checkout.path("maven.fails"));
      try (Launch next = checkout.launch()) {
        next.await(() -> next.printed().contains("started"));
        Files.delete(checkout.path("java.waits"));

        assertRan(next.end(), "build 3");
        assertRan(running.end(), "build 1");
      }
    }
    checkout.write("pom.xml", "right");
    assertRan(checkout.run(), "build 4");

    assertThat(checkout.kept("launcher"))
        .extracting(built -> Files.readString(built.resolve("repfold-cli-2.jar")))
        .containsExactlyInAnyOrder("build 3\n", "build 4\n");
  }
}
