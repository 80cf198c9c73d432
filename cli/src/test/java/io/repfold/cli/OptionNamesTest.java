package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OptionNamesTest {
  private static final Path PIPELINE = Path.of("../export/pipeline/src/main/java");

  private static final Pattern TEXT = Pattern.compile("\"(?:\\\\.|[^\"\\\\])*\"");
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
