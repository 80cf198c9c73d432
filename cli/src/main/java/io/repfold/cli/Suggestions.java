package io.repfold.cli;

import io.repfold.graph.Spelling;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What someone who mistyped a command or an option may have meant. */
final class Suggestions {
  private Suggestions() {}

  /** A question; empty if nothing is near, or nothing was mistyped. */
  static Optional<String> of(ParameterException e) {
    if (!(e instanceof UnmatchedArgumentException unmatched)
        || unmatched.getUnmatched().isEmpty()) {
      return Optional.empty();
    }
    String word = unmatched.getUnmatched().get(0);
    CommandLine command = e.getCommandLine();
    Optional<String> near =
        command.getParent() == null && !word.startsWith("-")
            ? Spelling.near(word, Commands.names())
            : Spelling.near(word, options(command));
    return near.map("Did you mean %s?"::formatted);
  }

  private static List<String> options(CommandLine command) {
    return command.getCommandSpec().options().stream()
        .filter(option -> !option.hidden())
        .map(OptionSpec::longestName)
        .toList();
  }
}
