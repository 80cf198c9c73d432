package io.repfold.cli;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.TypeConversionException;

/** Reads numbers and choices of options; messages say what is expected without words of Java. */
final class WordConverters {
  private WordConverters() {}

  /** For all options and parameters of the command and of those below it. */
  static void addTo(CommandLine command) {
    // One each: Java 17 crashes where it archives two that are made alike.
    ITypeConverter<Double> number = WordConverters::number;
    ITypeConverter<Long> large = word -> whole(word, Long::valueOf);
    ITypeConverter<Integer> small = word -> whole(word, Integer::valueOf);
    command
        .registerConverter(Double.class, number)
        .registerConverter(double.class, number)
        .registerConverter(Long.class, large)
        .registerConverter(long.class, large)
        .registerConverter(Integer.class, small)
        .registerConverter(int.class, small);
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
