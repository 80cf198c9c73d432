package io.repfold.pipeline.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagedFolderTest {
  @TempDir private Path parent;
  private Path target;

  @BeforeEach
  void name() {
    target = parent.resolve("target");
  }

  private void fill(String name, boolean commits) throws IOException {
    try (StagedFolder staged = StagedFolder.of(target)) {
      Files.writeString(staged.path().resolve(name), name);
      if (commits) {
        staged.commit();
      }
    }
  }

  @Test
  void it_appears_as_a_whole_once_it_is_committed() throws IOException {
    try (StagedFolder staged = StagedFolder.of(target)) {
      Files.writeString(staged.path().resolve("a"), "a");
      assertThat(target).doesNotExist();
      staged.commit();
    }
    assertThat(target.toFile().list()).containsExactly("a");
    assertThat(parent.toFile().list()).containsExactly("target");
  }

  @Test
  void it_takes_the_place_of_another() throws IOException {
    fill("a", true);
    fill("b", true);
    assertThat(target.toFile().list()).containsExactly("b");
    assertThat(parent.toFile().list()).containsExactly("target");
  }

  @Test
  void nothing_happens_without_a_commit() throws IOException {
    fill("a", false);
    assertThat(parent.toFile().list()).isEmpty();
    fill("a", true);
    fill("b", false);
    assertThat(target.toFile().list()).containsExactly("a");
  }

  @Test
  void what_was_there_comes_back_if_it_cannot_be_moved() throws IOException {
    fill("a", true);
    try (StagedFolder staged = StagedFolder.of(target)) {
      Files.delete(staged.path());
      assertThatThrownBy(staged::commit).isInstanceOf(UncheckedIOException.class);
    }
    assertThat(target.toFile().list()).containsExactly("a");
    assertThat(parent.toFile().list()).containsExactly("target");
  }

  @Test
  void a_link_stays_a_link() throws IOException {
    Path real = Files.createDirectory(parent.resolve("real"));
    Files.createSymbolicLink(target, real);
    fill("a", true);
    assertThat(Files.isSymbolicLink(target)).isTrue();
    assertThat(real.toFile().list()).containsExactly("a");
  }
}
