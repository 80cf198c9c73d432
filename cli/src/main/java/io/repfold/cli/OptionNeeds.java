package io.repfold.cli;

import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Options that mean nothing by themselves: what is given and would not be heeded is an error. */
final class OptionNeeds {
  private OptionNeeds() {}

  /**
   * Refuses options without the one that they belong to.
   *
   * @param needs that option, by the one that needs it
   * @throws UsageException if one was given alone
   */
  static void require(CommandSpec spec, Map<String, String> needs) {
    ParseResult parsed = spec.commandLine().getParseResult();
    needs.forEach(
        (option, needed) -> {
          if (parsed.hasMatchedOption(option) && !parsed.hasMatchedOption(needed)) {
            throw new UsageException(
                "%s goes with %s: give both, or leave it out".formatted(option, needed));
          }
        });
  }

  /**
   * Refuses all options but some.
   *
   * @param asked what does not heed the others, for people
   * @throws UsageException if another was given
   */
  static void requireOnly(CommandSpec spec, String asked, Set<String> heeded) {
    List<String> others =
        spec.commandLine().getParseResult().matchedOptions().stream()
            .map(OptionSpec::longestName)
            .filter(option -> !heeded.contains(option))
            .distinct()
            .toList();
    if (!others.isEmpty()) {
      throw new UsageException(
          "%s heeds no other option: leave out %s".formatted(asked, String.join(", ", others)));
    }
  }
}
