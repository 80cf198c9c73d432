package io.repfold.cli;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.TypeConversionException;

/** Reads numbers and choices of options; messages say what is expected without words of Java. */
final class WordConverters {
  private WordConverters() {}

  /** For all options and parameters of the command and of those below it. */
  static void addTo(CommandLine command) {
    command
        .registerConverter(Double.class, WordConverters::number)
        .registerConverter(double.class, WordConverters::number)
        .registerConverter(Long.class, word -> whole(word, Long::valueOf))
        .registerConverter(long.class, word -> whole(word, Long::valueOf))
        .registerConverter(Integer.class, word -> whole(word, Integer::valueOf))
        .registerConverter(int.class, word -> whole(word, Integer::valueOf));
    addChoices(command);
  }

  private static void addChoices(CommandLine command) {
    for (ArgSpec argument : command.getCommandSpec().args()) {
      for (Class<?> type : argument.auxiliaryTypes()) {
        if (type.isEnum()) {
          addChoice(command, type);
        }
      }
    }
    command.getSubcommands().values().forEach(WordConverters::addChoices);
  }

  private static <T> void addChoice(CommandLine command, Class<T> type) {
    command.registerConverter(type, word -> choice(word, List.of(type.getEnumConstants())));
  }

  /** NaN is none. */
  private static Double number(String word) {
    double number;
    try {
      number = Double.parseDouble(word);
    } catch (NumberFormatException e) {
      number = Double.NaN;
    }
    if (!Double.isNaN(number)) {
      return number;
    }
    throw new TypeConversionException("expected a number, not '%s'".formatted(word));
  }

  private static <N extends Number> N whole(String word, Function<String, N> reader) {
    try {
      return reader.apply(word);
    } catch (NumberFormatException e) {
      boolean digits = word.matches("[+-]?\\d+");
      throw new TypeConversionException(
          digits
              ? "'%s' is too large a number".formatted(word)
              : "expected a whole number, not '%s'".formatted(word));
    }
  }

  private static <T> T choice(String word, List<T> choices) {
    return choices.stream()
        .filter(choice -> choice.toString().equalsIgnoreCase(word))
        .findFirst()
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "expected %s, not '%s'".formatted(words(choices), word)));
  }

  private static String words(List<?> choices) {
    return choices.stream()
        .map(choice -> choice.toString().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(" or "));
  }
}
