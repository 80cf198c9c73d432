package io.repfold.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The archive of ONNX's operator tests, {@code <kind>/<test>/model.onnx} with {@code
 * test_data_set_<i>/{input,output}_<j>.pb} beside it; {@code tests/data/README.md} says where they
 * come from.
 */
public final class OperatorTests {
  private static final String ARCHIVE = "tests/data/operator-tests.zip";

  private OperatorTests() {}

  /**
   * The top of what the archive holds, or the folder that the system property {@code
   * repfold.onnxTestData} names.
   */
  public static Path root() {
    return Open.ROOT;
  }

  /** Opened once, and as long as the process runs. */
  private static final class Open {
    static final Path ROOT = open();

    private static Path open() {
      String other = System.getProperty("repfold.onnxTestData");
      if (other != null) {
        return Path.of(other);
      }
      try {
        return FileSystems.newFileSystem(archive()).getPath("/");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** In the repository that a module's tests run in. */
    private static Path archive() {
      Path folder = Path.of("").toAbsolutePath();
      while (folder != null && !Files.exists(folder.resolve(ARCHIVE))) {
        folder = folder.getParent();
      }
      if (folder == null) {
        throw new IllegalStateException(
            "No %s above %s".formatted(ARCHIVE, Path.of("").toAbsolutePath()));
      }
      return folder.resolve(ARCHIVE);
    }
  }
}
