package io.repfold.readme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A folder in which the README's commands run as it shows them. */
final class ReadmeCommands implements AutoCloseable {
  private final Path folder;
  private final Installation installation;

  /** Puts links to the launcher and to the samples into a folder. */
  ReadmeCommands(Path folder) throws IOException {
    this.folder = folder;
    installation = Installation.make();
    Files.createSymbolicLink(folder.resolve("repfold"), installation.launcher());
    Files.createSymbolicLink(folder.resolve("samples"), Readme.root().resolve("samples"));
  }

  @Override
  public void close() throws IOException {
    Files.delete(folder.resolve("repfold"));
    Files.delete(folder.resolve("samples"));
    installation.close();
  }

  /** That the commands end as told, print what is shown and leave the promised files. */
  void check(Readme.Block block) throws IOException, InterruptedException {
    Set<String> before = files();

    StringBuilder printed = new StringBuilder();
    for (Readme.Command command : block.commands()) {
      Installation.Run run = Installation.run(folder, command.line());
      assertThat(run.exitCode())
          .as("%s%n%s", command.line(), run.output())
          .isEqualTo(command.exitCode());
      printed.append(run.output());
    }
    block.shown().ifPresent(shown -> ShownOutput.assertSame(printed.toString(), shown));

    Set<String> appeared = new TreeSet<>();
    for (String file : files()) {
      if (!before.contains(file)) {
        appeared.add(block.promiseFor(file));
      }
    }
    assertThat(appeared).containsExactlyInAnyOrderElementsOf(block.promised());
  }

  private Set<String> files() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> !Files.isSymbolicLink(file))
          .map(file -> folder.relativize(file).toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
