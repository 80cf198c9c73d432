package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OptionNamesTest {
  private static final Path PIPELINE = Path.of("../export/pipeline/src/main/java");

  private static final Pattern TEXT = Pattern.compile("\"(?:\\\\.|[^\"\\\\])*\"");
  private static final Pattern COMMAND =
      Pattern.compile(
          "'repfold |repfold (fold|verify|inspect|convert|bench|compile|expand|export) |[ (]--[a-z]|table above");
  private static final Pattern METHOD = Pattern.compile("\\bwith[A-Z]\\w*");

  @Test
  void methods_are_said_as_options_wherever_they_stand() {
    assertThat(OptionNames.in("withShapes: give one by withShapes, 'notwithShapes' withShape"))
        .isEqualTo("--shape: give one by --shape, 'notwithShapes' withShape");
  }

  @Test
  void names_of_files_and_tensors_stay() {
    String message = "out/withData.onnx: withShapes-1 and 'withKept' and withMean/x.npy stay";

    assertThat(OptionNames.in(message)).isEqualTo(message);
    assertThat(OptionNames.in("give it by withShapes. Else")).isEqualTo("give it by --shape. Else");
  }

  @Test
  void what_a_program_can_look_at_is_said_as_what_a_command_shows() {
    assertThat(OptionNames.in("fits no node; Graph.nodes lists names"))
        .isEqualTo("fits no node; 'repfold inspect --nodes' lists names");
    assertThat(OptionNames.in("the file myGraph.nodes, GraphXnodes and Graph.nodes2 stay"))
        .isEqualTo("the file myGraph.nodes, GraphXnodes and Graph.nodes2 stay");
    assertThat(OptionNames.in("look for it with LayerComparison.run"))
        .isEqualTo("look for it with 'repfold verify --layers'");
  }

  /** A library that speaks of commands speaks to people who have none. */
  @Test
  void no_message_of_the_libraries_that_are_used_from_java_names_a_command() throws IOException {
    List<String> found = new ArrayList<>();
    for (String module : List.of("pipeline", "precision", "onnx", "view")) {
      try (Stream<Path> files = Files.walk(Path.of("../export", module, "src/main/java"))) {
        for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
          Matcher texts = TEXT.matcher(Files.readString(file));
          while (texts.find()) {
            if (COMMAND.matcher(texts.group()).find()) {
              found.add(file.getFileName() + ": " + texts.group());
            }
          }
        }
      }
    }
    assertThat(found).isEmpty();
    assertThat("\"look with 'repfold verify'\"").containsPattern(COMMAND);
    assertThat("\"the table above says\"").containsPattern(COMMAND);
  }

  /** But for what a caller of Java alone can ask for. */
  @Test
  void there_is_an_option_for_each_method_that_a_message_names() throws IOException {
    Set<String> named = new TreeSet<>();
    try (Stream<Path> files = Files.walk(PIPELINE)) {
      files.filter(file -> file.toString().endsWith(".java")).forEach(file -> collect(file, named));
    }

    assertThat(named).hasSizeGreaterThan(8).contains("withShapes", "withKept");
    assertThat(named.stream().filter(name -> OptionNames.in(name).equals(name)))
        .containsExactly("withIntegers");
  }

  private static void collect(Path file, Set<String> named) {
    try {
      Matcher texts = TEXT.matcher(Files.readString(file));
      while (texts.find()) {
        METHOD.matcher(texts.group()).results().forEach(found -> named.add(found.group()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
