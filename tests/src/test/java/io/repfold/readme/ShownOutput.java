package io.repfold.readme;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Compares what a command printed with what a page shows of it. */
final class ShownOutput {
  /** What was measured, which differs from machine to machine, and what was allowed. */
  private static final Pattern ERROR =
      Pattern.compile(
          "the largest error is (\\S+)(?: of the magnitude)?(?:, \\S+ times the noise)? \\(allowed: 4 times the noise, at most (\\S+) of");

  private ShownOutput() {}

  /** Line by line, spaces and all; of a measured error only that it is below what is allowed. */
  static void assertSame(String printed, String shown) {
    assertThat(lines(printed)).containsExactlyElementsOf(lines(shown));
  }

  private static List<String> lines(String text) {
    return text.lines().map(line -> ERROR.matcher(line).replaceAll(ShownOutput::judged)).toList();
  }

  private static String judged(MatchResult found) {
    String error = found.group(1);
    double measured = Double.parseDouble(error);
    assertThat(measured).isNotNegative().isLessThan(Double.parseDouble(found.group(2)));
    return "the largest error is small (allowed: 4 times the noise, at most %s of"
        .formatted(found.group(2));
  }
}
