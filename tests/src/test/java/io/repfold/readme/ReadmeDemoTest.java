package io.repfold.readme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's first command, which takes as long as all others together. */
@Tag("slow")
class ReadmeDemoTest {
  @TempDir private Path folder;

  static boolean isDemo(Readme.Block block) {
    return block.commands().stream().anyMatch(c -> c.line().startsWith("./repfold demo"));
  }

  @Test
  void the_demo_ends_as_told_and_leaves_the_promised_files()
      throws IOException, InterruptedException {
    List<Readme.Block> demo =
        Readme.read().blocks().stream().filter(ReadmeDemoTest::isDemo).toList();

    assertThat(demo).hasSize(1);
    try (ReadmeCommands commands = new ReadmeCommands(folder)) {
      commands.check(demo.get(0));
    }
  }
}
