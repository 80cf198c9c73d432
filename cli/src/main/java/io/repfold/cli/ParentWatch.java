package io.repfold.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A process that another one started for a part of its work ends with it, even if that is killed.
 */
final class ParentWatch {
  private static final String PROPERTY = "repfold.parent";

  private ParentWatch() {}

  /** What the parent says to the virtual machine that it starts. */
  static String option() {
    return "-D%s=%d".formatted(PROPERTY, ProcessHandle.current().pid());
  }

  /**
   * Deletes this process's temporary folder and ends it when its parent is gone.
   *
   * @param end ends this process at once
   */
  static void start(Runnable end) {
    Long parent = Long.getLong(PROPERTY);
    if (parent == null) {
      return;
    }
    Optional<ProcessHandle> handle = ProcessHandle.of(parent);
    if (handle.isEmpty()) {
      end(end);
    } else {
      Thread watch =
          new Thread(
              () -> {
                handle.get().onExit().join();
                end(end);
              });
      watch.setDaemon(true);
      watch.start();
    }
  }

  private static void end(Runnable end) {
    delete(Path.of(System.getProperty("java.io.tmpdir")));
    end.run();
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> all = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : all) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      return; // nobody is left whom it could be told
    }
  }
}
