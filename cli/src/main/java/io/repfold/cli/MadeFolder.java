package io.repfold.cli;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A folder for results. When closed, what was made for it goes again if nothing came into it. */
final class MadeFolder implements AutoCloseable {
  private final Path path;
  private final List<Path> deepestFirst;

  private MadeFolder(Path path, List<Path> deepestFirst) {
    this.path = path;
    this.deepestFirst = deepestFirst;
  }

  /** Makes the folder and those on the way to it, where they are missing. */
  static MadeFolder at(Path folder) throws IOException {
    List<Path> missing = new ArrayList<>();
    for (Path path = folder.toAbsolutePath().normalize();
        path != null && !Files.exists(path);
        path = path.getParent()) {
      missing.add(path);
    }
    Files.createDirectories(folder);
    return new MadeFolder(folder, missing);
  }

  Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    try {
      for (Path folder : deepestFirst) {
        Files.delete(folder);
      }
    } catch (DirectoryNotEmptyException | NoSuchFileException e) {
      // It holds results, or somebody else removed it.
    }
  }
}
