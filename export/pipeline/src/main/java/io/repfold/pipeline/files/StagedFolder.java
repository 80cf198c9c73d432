package io.repfold.pipeline.files;

import io.repfold.onnx.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A folder on its way: filled beside its target, and moved there as a whole only if {@link #commit}
 * is called. What was there before goes then.
 */
public final class StagedFolder implements AutoCloseable {
  private final Path target;
  private final TemporaryFolder temporary;

  private StagedFolder(Path target, TemporaryFolder temporary) {
    this.target = target;
    this.temporary = temporary;
  }

  /**
   * A link is followed, so that it stays a link.
   *
   * @param target in a folder that exists
   */
  public static StagedFolder of(Path target) {
    try {
      Path real = Files.exists(target) ? target.toRealPath() : target.toAbsolutePath().normalize();
      Path parent = real.getParent();
      if (parent == null) {
        throw new IOException("it is the root of a disk");
      }
      StagedFolder staged = new StagedFolder(real, TemporaryFolder.in(parent));
      Files.createDirectory(staged.path());
      return staged;
    } catch (IOException e) {
      throw AtomicFile.failed(target, e);
    }
  }

  /** Where to write files. */
  public Path path() {
    return temporary.path().resolve("new");
  }

  /**
   * Moves the folder into place.
   *
   * @throws UncheckedIOException if it cannot be moved; what was there before is unchanged
   */
  public void commit() {
    if (!Files.exists(target)) {
      AtomicFile.move(path(), target);
      return;
    }
    Path old = temporary.path().resolve("old");
    AtomicFile.move(target, old);
    try {
      AtomicFile.move(path(), target);
    } catch (UncheckedIOException e) {
      AtomicFile.move(old, target);
      throw e;
    }
  }

  @Override
  public void close() {
    temporary.close();
  }
}
