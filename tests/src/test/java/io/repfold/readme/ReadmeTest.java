package io.repfold.readme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every command of the README does what the README says, one after the other in one folder. */
@Tag("slow")
class ReadmeTest {
  @TempDir private static Path folder;

  private static Installation installation;

  @BeforeAll
  static void install() throws IOException {
    installation = Installation.make();
    Files.createSymbolicLink(folder.resolve("repfold"), installation.launcher());
    Files.createSymbolicLink(folder.resolve("samples"), Readme.root().resolve("samples"));
  }

  @AfterAll
  static void uninstall() throws IOException {
    Files.delete(folder.resolve("repfold"));
    Files.delete(folder.resolve("samples"));
    installation.close();
  }

  static List<Readme.Block> blocks() throws IOException {
    return Readme.read().blocks();
  }

  private static Set<String> files() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> !Files.isSymbolicLink(file))
          .map(file -> folder.relativize(file).toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void the_commands_end_as_told_print_what_is_shown_and_leave_the_promised_files(Readme.Block block)
      throws IOException, InterruptedException {
    Set<String> before = files();

    StringBuilder printed = new StringBuilder();
    for (Readme.Command command : block.commands()) {
      Installation.Run run = Installation.run(folder, command.line());
      assertThat(run.exitCode())
          .as("%s%n%s", command.line(), run.output())
          .isEqualTo(command.exitCode());
      printed.append(run.output());
    }
    block.shown().ifPresent(shown -> ShownOutput.assertSame(printed.toString(), shown));

    Set<String> appeared = new TreeSet<>();
    for (String file : files()) {
      if (!before.contains(file)) {
        appeared.add(block.promiseFor(file));
      }
    }
    assertThat(appeared).containsExactlyInAnyOrderElementsOf(block.promised());
  }

  @Test
  void the_readme_has_commands_that_write_and_one_that_fails() throws IOException {
    List<Readme.Block> blocks = blocks();

    assertThat(blocks).hasSizeGreaterThan(5).noneMatch(block -> block.commands().isEmpty());
    assertThat(blocks).anyMatch(block -> block.promised().size() > 1);
    assertThat(blocks.stream().flatMap(block -> block.commands().stream()))
        .anyMatch(command -> command.exitCode() == 3);
    assertThat(blocks).as("with their output").anyMatch(block -> block.shown().isPresent());
  }

  @Test
  void the_shown_programs_are_those_of_the_samples() throws IOException {
    String sources = sources();

    assertThat(Readme.read().code("java"))
        .hasSize(2)
        .allSatisfy(program -> assertThat(sources).contains(program));
    for (String page : List.of("int8", "precision")) {
      Readme shown = new Readme(Files.readString(Readme.root().resolve("docs/" + page + ".md")));
      assertThat(shown.code("java"))
          .isNotEmpty()
          .allSatisfy(program -> assertThat(sources).contains(program));
    }
  }

  private static String sources() throws IOException {
    try (Stream<Path> files = Files.walk(Readme.root().resolve("samples/src"))) {
      StringBuilder all = new StringBuilder();
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        all.append(Files.readString(file));
      }
      return all.toString();
    }
  }

  @Test
  void the_links_lead_to_files() throws IOException {
    assertThat(Readme.read().links())
        .hasSizeGreaterThan(3)
        .allSatisfy(link -> assertThat(Readme.root().resolve(link)).exists());
  }
}
