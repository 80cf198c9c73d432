package io.repfold.pipeline.files;

import io.repfold.onnx.AtomicFile;
import io.repfold.pipeline.PipelineException;
import io.repfold.runtime.PlanNames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A model on its way: written into a folder beside its target, under its final name, and moved into
 * place only if {@link #commit} is called. So files that the model refers to keep their names.
 */
public final class StagedFile implements AutoCloseable {
  private final Path target;
  private final TemporaryFolder folder;

  private StagedFile(Path target, TemporaryFolder folder) {
    this.target = target;
    this.folder = folder;
  }

  /** A link is followed, so that it stays a link. */
  public static StagedFile of(Path target) {
    try {
      Path real = Files.exists(target) ? target.toRealPath() : target.toAbsolutePath();
      return new StagedFile(real, TemporaryFolder.in(parent(real)));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: cannot be written: %s".formatted(target, e.getMessage()), e);
    }
  }

  /**
   * Refuses, before any work is done, what cannot become an ONNX file.
   *
   * @throws PipelineException if the path is a folder, lies in none, or has the name of a plan
   */
  public static void checkModel(Path target) {
    if (PlanNames.isOne(target)) {
      throw PipelineException.request(
          "%s: is a TensorRT plan by its name, and an ONNX file is to be written; let it end in .onnx"
              .formatted(target));
    }
    check(target);
  }

  /**
   * Refuses, before any work is done, what cannot become a file.
   *
   * @throws PipelineException if the path is a folder, a device, a pipe or a socket, or lies in no
   *     folder
   */
  public static void check(Path target) {
    checkPlace(target);
    Path parent = parent(target.toAbsolutePath());
    if (!Files.isDirectory(parent)) {
      throw PipelineException.request(
          "%s: cannot be written, because there is no folder %s; make it first"
              .formatted(target, parent));
    }
  }

  /**
   * Refuses what no file may take the place of, if anything is there; its folder may be made later.
   *
   * @throws PipelineException if the path is a folder, a device, a pipe or a socket
   */
  public static void checkPlace(Path target) {
    AtomicFile.obstacle(target)
        .ifPresent(
            obstacle -> {
              throw PipelineException.request("%s: %s".formatted(target, obstacle));
            });
  }

  private static Path parent(Path absolute) {
    Path parent = absolute.getParent();
    if (parent == null) {
      throw PipelineException.request(absolute + ": is a folder; name a file in it");
    }
    return parent;
  }

  /** Where to write. */
  public Path file() {
    return folder.path().resolve(String.valueOf(target.getFileName()));
  }

  /**
   * Moves all that was written into place, the file itself last.
   *
   * @throws PipelineException if one would replace what {@link #checkPlace} refuses; then none
   *     moves
   */
  public void commit() {
    try (Stream<Path> content = Files.list(folder.path())) {
      List<Path> others = content.filter(path -> !path.equals(file())).sorted().toList();
      others.forEach(other -> checkPlace(beside(other)));
      for (Path other : others) {
        AtomicFile.move(other, beside(other));
      }
      AtomicFile.move(file(), target);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: cannot be written: %s".formatted(target, e.getMessage()), e);
    }
  }

  private Path beside(Path other) {
    return target.resolveSibling(String.valueOf(other.getFileName()));
  }

  /** Writes a text file as a whole or not at all. */
  public static void write(Path target, String text) {
    write(target, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes a file as a whole or not at all. */
  public static void write(Path target, byte[] content) {
    AtomicFile.write(target, out -> out.write(content));
  }

  @Override
  public void close() {
    folder.close();
  }
}
