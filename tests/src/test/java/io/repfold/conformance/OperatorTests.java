package io.repfold.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;

/**
 * The archive of ONNX's operator tests, {@code <kind>/<test>/model.onnx} with {@code
 * test_data_set_<i>/{input,output}_<j>.pb} beside it; {@code tests/data/README.md} says where they
 * come from.
 */
final class OperatorTests {
  private static final Path ARCHIVE = Path.of("data/operator-tests.zip");

  private OperatorTests() {}

  /** The archive's top, which stays open as long as the process. */
  static Path root() {
    return Open.ROOT;
  }

  private static final class Open {
    static final Path ROOT = open();

    private static Path open() {
      try {
        FileSystem archive = FileSystems.newFileSystem(ARCHIVE);
        return archive.getPath("/");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
