package io.repfold.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * What {@code --input} of {@code verify} names: a value of one input at every run, or files with
 * inputs.
 *
 * @param file where there is no value
 */
record InputArgument(Optional<NamedValue> value, Path file) {
  /** A text that ends in {@code =} and a number is a value; no file with inputs has such a name. */
  static final class Converter implements ITypeConverter<InputArgument> {
    @Override
    public InputArgument convert(String text) {
      Path file = Path.of(text);
      Optional<NamedValue> value = NamedValue.parse(text);
      if (value.isEmpty() && text.contains("=") && !Files.exists(file)) {
        throw new TypeConversionException(
            "'%s' is neither a file nor a value; write NAME=NUMBER, for example sr=16000"
                .formatted(text));
      }
      return new InputArgument(value, file);
    }
  }
}
