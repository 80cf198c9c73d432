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
  private static final int ENDED_BY_KILL = 137;

  private ParentWatch() {}

  /** What the parent says to the virtual machine that it starts. */
  static String option() {
    return "-D%s=%d".formatted(PROPERTY, ProcessHandle.current().pid());
  }

  /** Ends this process, and deletes its temporary folder, when its parent is gone. */
  static void start() {
    Long parent = Long.getLong(PROPERTY);
    if (parent == null) {
      return;
    }
    Optional<ProcessHandle> handle = ProcessHandle.of(parent);
    if (handle.isEmpty()) {
      end();
    } else {
      Thread watch =
          new Thread(
              () -> {
                handle.get().onExit().join();
                end();
              });
      watch.setDaemon(true);
      watch.start();
    }
  }

  private static void end() {
    delete(Path.of(System.getProperty("java.io.tmpdir")));
    Runtime.getRuntime().halt(ENDED_BY_KILL);
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
