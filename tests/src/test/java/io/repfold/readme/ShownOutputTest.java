package io.repfold.readme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which output counts as what a page shows, and which blocks of a page show some. */
class ShownOutputTest {
  private static final String SHOWN =
      """
      region  parameters
      stem    677 -> 224

      Verified: the largest error is 4.07e-07 of the magnitude, 1.8 times the noise (allowed: 4 times the noise, at most 1.00e-04 of the magnitude), seed 0
      """;

  @Test
  void the_measured_error_may_be_another() {
    ShownOutput.assertSame(SHOWN, SHOWN);
    ShownOutput.assertSame(SHOWN.replace("4.07e-07", "9.99e-05"), SHOWN);
    ShownOutput.assertSame(SHOWN.replace("4.07e-07", "0"), SHOWN);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "224 | 225",
        "stem    677 | stem   677",
        "seed 0 | seed 1",
        "at most 1.00e-04 | at most 1.00e-03",
        "4.07e-07 | 1.01e-04",
        "4.07e-07 | NaN",
        "4.07e-07 | -1e-07",
        "Verified | verified",
        "region  parameters | parameters",
      })
  void what_else_differs_does_not_pass(String shown, String printed) {
    assertThat(SHOWN).contains(shown);
    String changed = SHOWN.replace(shown, printed);

    assertThatThrownBy(() -> ShownOutput.assertSame(changed, SHOWN))
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> ShownOutput.assertSame(SHOWN, changed))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void lines_may_be_neither_missing_nor_added() {
    for (String changed : List.of(SHOWN + "more\n", SHOWN.replace("\n\n", "\n"), "")) {
      assertThatThrownBy(() -> ShownOutput.assertSame(changed, SHOWN))
          .isInstanceOf(AssertionError.class);
    }
  }

  @Test
  void a_block_without_a_language_shows_what_the_commands_before_it_print() {
    Readme page =
        new Readme(
            """
            ```sh
            ./repfold one
            ```

            Writes `a.onnx`.

            ```
            printed
            ```

            ```sh
            ./repfold two
            ```

            ```
            ./mvnw verify
            ```

            ```sh
            ./repfold three
            ```

            ```java
            class Program {}
            ```

            ```
            not printed by a command
            ```

            ```sh
            ./repfold four
            ```
            """);

    assertThat(page.blocks())
        .extracting(block -> block.shown().orElse("nothing"))
        .containsExactly("printed\n", "nothing", "nothing", "nothing");
    assertThat(page.blocks().get(0).promised()).containsExactly("a.onnx");
  }

  @Test
  void no_page_shows_an_output_that_is_not_compared() throws IOException {
    Readme readme = Readme.read();
    assertThat(readme.outputs())
        .isNotEmpty()
        .isEqualTo(
            readme.blocks().stream().map(Readme.Block::shown).flatMap(Optional::stream).toList());

    try (Stream<Path> pages = Files.list(Readme.root().resolve("docs"))) {
      assertThat(pages.filter(page -> page.toString().endsWith(".md")))
          .hasSizeGreaterThan(5)
          .allSatisfy(page -> assertThat(new Readme(Files.readString(page)).outputs()).isEmpty());
    }
  }
}
