package io.repfold.cli;

import io.repfold.pipeline.inputs.InputValues;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** An input's value from the command line, such as {@code sr=16000}. */
record NamedValue(String input, double value) {
  private static final Pattern NUMBER =
      Pattern.compile("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?");

  /** Reads {@code NAME=NUMBER}. */
  static final class Converter implements ITypeConverter<NamedValue> {
    @Override
    public NamedValue convert(String text) {
      return parse(text)
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "'%s' is no value of an input; write NAME=NUMBER, for example sr=16000"
                          .formatted(text)));
    }
  }

  /** Empty if the text does not end in {@code =} and a number, true or false. */
  static Optional<NamedValue> parse(String text) {
    int equals = text.lastIndexOf('=');
    if (equals < 1) {
      return Optional.empty();
    }
    String value = text.substring(equals + 1);
    String name = text.substring(0, equals);
    if (value.equals("true") || value.equals("false")) {
      return Optional.of(new NamedValue(name, value.equals("true") ? 1 : 0));
    }
    return NUMBER.matcher(value).matches()
        ? Optional.of(new NamedValue(name, number(value, text)))
        : Optional.empty();
  }

  private static double number(String value, String text) {
    double number = Double.parseDouble(value);
    boolean whole = value.chars().skip(1).allMatch(Character::isDigit);
    if (Double.isInfinite(number)
        || (whole && new BigDecimal(value).compareTo(new BigDecimal(number)) != 0)) {
      throw new TypeConversionException(
          "'%s': %s is no number of double precision; whole numbers are exact up to 2^53"
              .formatted(text, value));
    }
    return number;
  }

  /** By name, each once. */
  static InputValues all(List<NamedValue> values) {
    Map<String, Double> byName = new LinkedHashMap<>();
    for (NamedValue one : values) {
      if (byName.put(one.input(), one.value()) != null) {
        throw new UsageException("--input gives '%s' two values".formatted(one.input()));
      }
    }
    return new InputValues(byName);
  }
}
