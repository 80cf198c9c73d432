package io.repfold.cli;

import java.util.Arrays;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A shape from the command line, such as {@code images=1x3x224x224}.
 *
 * @param input empty if the argument names none
 */
record NamedShape(Optional<String> input, long[] sizes) {
  /** Reads {@code [name=]SIZExSIZE...}; a comma does as well as an x. */
  static final class Converter implements ITypeConverter<NamedShape> {
    @Override
    public NamedShape convert(String text) {
      int equals = text.lastIndexOf('=');
      Optional<String> input =
          equals < 0 ? Optional.empty() : Optional.of(text.substring(0, equals));
      String[] parts = text.substring(equals + 1).split("[xX,]", -1);
      return new NamedShape(
          input, Arrays.stream(parts).mapToLong(part -> size(part.strip(), text)).toArray());
    }

    private static long size(String part, String text) {
      try {
        long size = Long.parseLong(part);
        if (size >= 1) {
          return size;
        }
      } catch (NumberFormatException e) {
        // Answered below, as a size below 1 is.
      }
      throw new TypeConversionException(
          "'%s' is no shape: '%s' is no size of at least 1; write for example images=1x3x224x224"
              .formatted(text, part));
    }
  }
}
