package io.repfold.readme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

  private static ReadmeCommands commands;

  @BeforeAll
  static void install() throws IOException {
    commands = new ReadmeCommands(folder);
  }

  @AfterAll
  static void uninstall() throws IOException {
    commands.close();
  }

  /** All but the demo, which {@link ReadmeDemoTest} runs beside them. */
  static List<Readme.Block> blocks() throws IOException {
    return Readme.read().blocks().stream().filter(block -> !ReadmeDemoTest.isDemo(block)).toList();
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void the_commands_end_as_told_print_what_is_shown_and_leave_the_promised_files(Readme.Block block)
      throws IOException, InterruptedException {
    commands.check(block);
  }

  @Test
  void the_readme_has_commands_that_write_and_one_that_fails() throws IOException {
    List<Readme.Block> blocks = Readme.read().blocks();

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
    for (String page : List.of("int8", "precision", "verification")) {
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
