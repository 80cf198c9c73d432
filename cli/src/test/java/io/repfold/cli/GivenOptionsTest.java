package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** No option is ignored without a word, and messages say what is expected in plain words. */
class GivenOptionsTest {
  @TempDir private Path folder;
  private Path trained;

  @BeforeEach
  void write() {
    trained = Models.trained(folder);
  }

  private void assertUsage(String expected, List<Object> more) {
    List<Object> arguments = new ArrayList<>(List.of("verify"));
    arguments.addAll(more);
    CliRun run = CliRun.of(arguments.toArray());
    assertThat(run.code()).as(run.out() + run.err()).isEqualTo(ExitCodes.BAD_USAGE);
    assertThat(run.err()).contains(expected);
    assertThat(run.out()).isEmpty();
  }

  private List<Object> twice(String options) {
    List<Object> arguments = new ArrayList<>(List.of(trained, trained));
    arguments.addAll(List.of(options.split(" ")));
    return arguments;
  }

  @ParameterizedTest
  @CsvSource({
    "--excuse t, --excuse goes with --layers",
    "--time-limit 600, --time-limit goes with --isolate",
    "--memory-limit 900, --memory-limit goes with --isolate",
  })
  void an_option_that_needs_another_says_so(String options, String expected) {
    assertUsage(expected, twice(options));
  }

  @ParameterizedTest
  @CsvSource({
    "--tolerance 1e-3",
    "--samples 2",
    "--engine ort-cpu",
    "--layers",
    "--isolate",
    "--junit-xml out.xml",
    "--record golden"
  })
  void a_certificate_takes_no_options_of_a_comparison(String options) {
    List<Object> arguments =
        new ArrayList<>(List.of("--certificate", trained, "--against", trained));
    List<String> words = List.of(options.split(" "));
    arguments.addAll(words);

    assertUsage("--certificate heeds no other option: leave out " + words.get(0), arguments);
  }

  @ParameterizedTest
  @CsvSource({
    "--tolerance nan, \"Invalid value for option '--tolerance': expected a number, not 'nan'\"",
    "--tolerance NaN, \"expected a number, not 'NaN'\"",
    "--seed x, \"'--seed': expected a whole number, not 'x'\"",
    "--seed 1.5, \"'--seed': expected a whole number, not '1.5'\"",
    "--samples 99999999999, \"'--samples': '99999999999' is too large a number\"",
    "--annotations lab, \"'--annotations': expected github, not 'lab'\"",
  })
  void a_wrong_word_is_told_what_is_expected(String options, String expected) {
    assertUsage(expected.replace("\"", ""), twice(options));
  }

  @Test
  void choices_are_named_as_they_are_typed() {
    CliRun run = CliRun.of("convert", trained, "-o", folder.resolve("o.onnx"), "--io", "double");

    assertThat(run.code()).isEqualTo(ExitCodes.BAD_USAGE);
    assertThat(run.err()).contains("'--io': expected float or half, not 'double'");
  }

  @Test
  void a_report_for_build_servers_needs_its_folder_before_any_work() {
    Path xml = folder.resolve("no").resolve("report.xml");

    assertUsage(
        "there is no folder " + folder.resolve("no") + "; make it first",
        List.of(trained, trained, "--junit-xml", xml));
  }

  @Test
  void a_part_goes_into_no_folder_with_other_files() throws IOException {
    Files.writeString(folder.resolve("notes.txt"), "mine");

    assertUsage(
        "which no bisection wrote; name an empty folder",
        List.of(trained, trained, "--bisect", folder));
  }

  @Test
  void a_recorded_agreement_takes_a_threshold() {
    Path golden = folder.resolve("golden");
    CliRun recorded = CliRun.of("verify", trained, "--record", golden, "--agreement", "0.99");
    assertThat(recorded.code()).as(recorded.err()).isZero();

    CliRun run = CliRun.of("verify", trained, "--replay", golden, "--threshold", "0.4");

    assertThat(run.code()).as(run.out() + run.err()).isZero();
  }
}
