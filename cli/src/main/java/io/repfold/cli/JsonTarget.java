package io.repfold.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Stack;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Where {@code --json [FILE]} sends a result.
 *
 * @param file empty for the standard output, in place of the table
 */
record JsonTarget(Optional<Path> file) {
  private static final String ENDING = ".json";

  /**
   * Takes the next word for the file only if it ends in {@code .json}, because a model's name may
   * follow the option.
   */
  static final class Consumer implements IParameterConsumer {
    @Override
    @SuppressWarnings("JdkObsolete")
    public void consumeParameters(Stack<String> words, ArgSpec option, CommandSpec command) {
      boolean named = !words.isEmpty() && words.peek().toLowerCase(Locale.ROOT).endsWith(ENDING);
      option.setValue(new JsonTarget(named ? Optional.of(Path.of(words.pop())) : Optional.empty()));
    }
  }
}
