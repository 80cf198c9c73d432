package io.repfold.train;

import io.repfold.data.DataException;
import io.repfold.onnx.OnnxFormatException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Does several things that may fail, and tells all failures together. */
final class Problems {
  private final List<String> found = new ArrayList<>();

  /**
   * The result, or nothing if it failed.
   *
   * @param place the key of the configuration that tells what to do
   */
  <T> Optional<T> attempt(String place, Supplier<T> work) {
    try {
      return Optional.of(work.get());
    } catch (DataException
        | OnnxFormatException
        | IllegalArgumentException
        | RunException
        | UncheckedIOException e) {
      add(place, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  void add(String place, String message) {
    found.add(message.startsWith(place) ? message : place + ": " + message);
  }

  /**
   * @throws ConfigException if anything failed
   */
  void tell(String source) {
    if (!found.isEmpty()) {
      throw new ConfigException(source, found);
    }
  }
}
