package io.repfold.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "it has no named pipes in folders")
class WholeFileTest {
  @TempDir private Path folder;

  @Test
  void a_pipe_is_neither_written_over_nor_moved_over() throws IOException, InterruptedException {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    Path file = Files.writeString(folder.resolve("file"), "new");

    assertThatThrownBy(() -> WholeFile.write(pipe, out -> out.write(1)))
        .hasMessageContaining(pipe + ": is a device, a pipe or a socket");
    assertThatThrownBy(() -> WholeFile.move(file, pipe)).isInstanceOf(IOException.class);

    assertThat(Files.readAttributes(pipe, BasicFileAttributes.class).isOther()).isTrue();
    assertThat(file).hasContent("new");
    assertThat(count()).isEqualTo(2);
  }

  @Test
  void a_link_stays_a_link_and_its_file_is_replaced() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old");
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);

    WholeFile.write(
        link, out -> out.write("new".getBytes(java.nio.charset.StandardCharsets.UTF_8)));

    assertThat(link).isSymbolicLink();
    assertThat(file).hasContent("new");
    assertThat(count()).isEqualTo(2);
  }

  @Test
  void a_failure_leaves_what_was_there() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old");

    assertThatThrownBy(
            () ->
                WholeFile.write(
                    file,
                    out -> {
                      out.write(1);
                      throw new IOException("no room");
                    }))
        .hasMessage("no room");

    assertThat(file).hasContent("old");
    assertThat(count()).isEqualTo(1);
  }

  private long count() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.count();
    }
  }
}
