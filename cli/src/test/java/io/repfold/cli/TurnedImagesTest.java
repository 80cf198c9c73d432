package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.kit.Nets;
import io.repfold.onnx.OnnxModel;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which images {@code segment} counts as to be shown turned or mirrored. */
class TurnedImagesTest {
  private static final int UPRIGHT = 1;

  @TempDir private Path folder;
  private Path photos;
  private Path model;

  @BeforeEach
  void make() throws IOException {
    photos = Files.createDirectory(folder.resolve("photos"));
    model = folder.resolve("model.onnx");
    OnnxModel.of(Nets.pointwise(3)).write(model);
  }

  private void photo(String name, byte[] content) throws IOException {
    Files.write(photos.resolve(name), content);
  }

  private void photo(String name, int orientation) throws IOException {
    photo(name, Photos.turned(ByteOrder.BIG_ENDIAN, orientation));
  }

  private CliRun segment(Object... more) {
    Object[] command = {"segment", model, photos, "-o", folder.resolve("masks")};
    Object[] arguments = Arrays.copyOf(command, command.length + more.length);
    System.arraycopy(more, 0, arguments, command.length, more.length);
    return CliRun.of(arguments);
  }

  private static List<String> notes(CliRun run) {
    return run.err().lines().filter(line -> line.contains("EXIF")).toList();
  }

  @Test
  void those_with_a_mask_count_once_whatever_else_lies_beside_them() throws IOException {
    photo("a.jpg", 6);
    photo("b.jpg", UPRIGHT);
    photo("c.jpg", 3);
    photo("d.jpg", 8);
    photo("e.jpg", Photos.JPEG);
    photo("f.png", Photos.encoded("png"));
    byte[] broken = Photos.turned(ByteOrder.LITTLE_ENDIAN, 6);
    photo("g.jpg", Arrays.copyOf(broken, 100));

    for (Object[] options : List.of(new Object[] {"--threads", 1}, new Object[] {"--overlay"})) {
      CliRun run = segment(options);

      assertThat(run.code()).as("g.jpg cannot be read").isEqualTo(1);
      assertThat(run.out()).contains("6 masks written");
      assertThat(notes(run))
          .containsExactly(
              "repfold: note: 3 images are to be shown turned or mirrored (EXIF orientation);"
                  + " masks fit the pixels as they are stored");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8})
  void each_orientation_but_upright_counts(int orientation) throws IOException {
    photo("a.jpg", orientation);

    CliRun run = segment();

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(notes(run))
        .containsExactly(
            "repfold: note: 1 image is to be shown turned or mirrored (EXIF orientation);"
                + " masks fit the pixels as they are stored");
  }

  @Test
  void nothing_is_said_of_upright_images() throws IOException {
    photo("a.jpg", UPRIGHT);
    photo("b.jpg", Photos.JPEG);
    photo("c.jpg", 0);
    photo("d.jpg", 9);

    CliRun run = segment();

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).isEmpty();
  }
}
