package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.kit.Nets;
import io.repfold.kit.Photos;
import io.repfold.onnx.OnnxModel;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code segment} makes of images that their cameras wrote turned or mirrored. */
class TurnedImagesTest {
  private static final int UPRIGHT = 1;
  private static final int HEIGHT = 16;
  private static final int WIDTH = 24;
  private static final byte[] JPEG = Photos.encoded(picture(), "jpeg");

  @TempDir private Path folder;
  private Path photos;
  private Path model;

  /** Blocks of random colors, none of which lies alike after a turn. */
  private static BufferedImage picture() {
    SplittableRandom random = new SplittableRandom(8);
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < HEIGHT * WIDTH; i++) {
      image.setRGB(i % WIDTH, i / WIDTH, random.nextInt(1 << 24));
    }
    return image;
  }

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
    photo(name, Photos.turned(JPEG, orientation));
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

  private Raster mask(String name) throws IOException {
    return ImageIO.read(folder.resolve("masks").resolve(name).toFile()).getRaster();
  }

  @Test
  void those_with_a_mask_count_once_whatever_else_lies_beside_them() throws IOException {
    photo("a.jpg", 6);
    photo("b.jpg", UPRIGHT);
    photo("c.jpg", 3);
    photo("d.jpg", 8);
    photo("e.jpg", JPEG);
    photo("f.png", Photos.encoded(picture(), "png"));
    byte[] broken = Photos.turned(JPEG, ByteOrder.LITTLE_ENDIAN, 6);
    photo("g.jpg", Arrays.copyOf(broken, 100));

    for (Object[] options : List.of(new Object[] {"--threads", 1}, new Object[] {"--overlay"})) {
      CliRun run = segment(options);

      assertThat(run.code()).as("g.jpg cannot be read").isEqualTo(1);
      assertThat(run.out()).contains("6 masks written");
      assertThat(notes(run))
          .containsExactly(
              "repfold: note: 3 images were turned upright as the EXIF orientation says;"
                  + " masks fit the upright images");
    }
  }

  /** The sides of the upright mask on which the first row and column of the stored one lie. */
  @ParameterizedTest
  @CsvSource({
    "2, false, true, false",
    "3, false, true, true",
    "4, false, false, true",
    "5, true, false, false",
    "6, true, true, false",
    "7, true, true, true",
    "8, true, false, true"
  })
  void the_mask_is_that_of_the_upright_image(
      int orientation, boolean swapped, boolean fromRight, boolean fromBottom) throws IOException {
    photo("stored.jpg", UPRIGHT);
    photo("turned.jpg", orientation);

    CliRun run = segment("--overlay");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(notes(run))
        .containsExactly(
            "repfold: note: 1 image was turned upright as the EXIF orientation says;"
                + " masks fit the upright image");
    for (String ending : List.of(".png", ".overlay.png")) {
      Raster stored = mask("stored" + ending);
      Raster turned = mask("turned" + ending);
      assertThat(turned.getWidth()).isEqualTo(swapped ? HEIGHT : WIDTH);
      assertThat(turned.getHeight()).isEqualTo(swapped ? WIDTH : HEIGHT);
      for (int i = 0; i < HEIGHT * WIDTH; i++) {
        int x = swapped ? i / WIDTH : i % WIDTH;
        int y = swapped ? i % WIDTH : i / WIDTH;
        assertThat(
                turned.getPixel(
                    fromRight ? turned.getWidth() - 1 - x : x,
                    fromBottom ? turned.getHeight() - 1 - y : y,
                    (int[]) null))
            .isEqualTo(stored.getPixel(i % WIDTH, i / WIDTH, (int[]) null));
      }
    }
  }

  @Test
  void nothing_is_said_of_upright_images() throws IOException {
    photo("a.jpg", UPRIGHT);
    photo("b.jpg", JPEG);
    photo("c.jpg", 0);
    photo("d.jpg", 9);

    CliRun run = segment();

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).isEmpty();
  }
}
