package io.repfold.pipeline.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Removes, when the process ends, the temporary folders that nobody got to close. */
final class OpenFolders {
  /** Other threads may still write while the process ends. */
  private static final int ATTEMPTS = 20;

  private static final long PAUSE_MILLISECONDS = 25;

  private static final Set<Path> FOLDERS = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(OpenFolders::removeAll, "temporary-folders"));
  }

  private OpenFolders() {}

  static void add(Path folder) {
    FOLDERS.add(absolute(folder));
  }

  static void remove(Path folder) {
    FOLDERS.remove(absolute(folder));
  }

  /** Whether this process has it open. */
  static boolean contains(Path folder) {
    return FOLDERS.contains(absolute(folder));
  }

  /** One name for each folder, whatever the links on the way to it. */
  private static Path absolute(Path folder) {
    Path plain = folder.toAbsolutePath().normalize();
    Path parent = plain.getParent();
    try {
      return parent == null ? plain : parent.toRealPath().resolve(plain.getFileName());
    } catch (IOException e) {
      return plain;
    }
  }

  private static void removeAll() {
    FOLDERS.forEach(OpenFolders::insist);
  }

  private static void insist(Path folder) {
    for (int i = 0; i < ATTEMPTS && Files.exists(folder); i++) {
      try {
        TemporaryFolder.delete(folder);
      } catch (UncheckedIOException e) {
        try {
          Thread.sleep(PAUSE_MILLISECONDS);
        } catch (InterruptedException interrupt) {
          return;
        }
      }
    }
  }
}
