package io.repfold.samples.garments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GarmentScenesTest {
  private static final int SIDE = Garment.SIZE;

  @TempDir private Path folder;

  @Test
  void the_same_arguments_give_the_same_files() throws IOException {
    writeIdx("train", 60);
    writeIdx("t10k", 30);

    List<Path> once = generated("once");
    List<Path> again = generated("again");

    assertThat(once).hasSize(3 * 2 + 2 * 2 + 3).hasSameSizeAs(again);
    for (int i = 0; i < once.size(); i++) {
      assertThat(again.get(i)).hasSameBinaryContentAs(once.get(i));
    }
  }

  @Test
  void a_truncated_file_is_named() throws IOException {
    writeIdx("train", 5);
    Path labels = folder.resolve("train-labels-idx1-ubyte.gz");
    write(labels, new int[] {5}, new byte[4]);

    assertThatThrownBy(() -> IdxFile.read(labels))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("train-labels")
        .hasMessageContaining("ends after 4 of 5");
  }

  @Test
  void a_small_dark_spot_is_the_garments_and_a_large_one_is_a_hole() {
    byte[] pixels = square(4, 24, (byte) 200);
    clear(pixels, 6, 8);
    clear(pixels, 12, 20);

    Garment garment = Garment.of(3, pixels);

    assertThat(garment.inside()[7 * SIDE + 7]).isTrue();
    assertThat(garment.inside()[15 * SIDE + 15]).isFalse();
    assertThat(garment.inside()[0]).isFalse();
    assertThat(garment.coverage(4, 3.25)).isEqualTo(0.25);
    assertThat(garment.brightness(4, 3.25)).isEqualTo(50);
  }

  @Test
  void a_scene_shows_the_garments_where_its_labels_are() {
    Garment bright = Garment.of(6, square(2, 26, (byte) 220));

    Scene scene = Scene.compose(() -> bright, new Random(1));

    var labels = new TreeSet<Integer>();
    for (int i = 0; i < scene.labels().length; i++) {
      int label = scene.labels()[i] & 0xff;
      int pixel = scene.pixels()[i] & 0xff;
      labels.add(label);
      if (label == 7) {
        assertThat(pixel).isGreaterThan(150);
      } else if (label == 0) {
        assertThat(pixel).isLessThan(150);
      }
    }
    assertThat(labels).containsExactly(0, 7, Scene.OUTLINE);
  }

  private List<Path> generated(String name) throws IOException {
    Path target = folder.resolve(name);
    GarmentScenes.main(new String[] {folder.toString(), target.toString(), "3", "2"});
    try (Stream<Path> files = Files.walk(target)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private void writeIdx(String split, int count) throws IOException {
    byte[] pixels = new byte[count * SIDE * SIDE];
    new Random(count).nextBytes(pixels);
    byte[] labels = new byte[count];
    for (int i = 0; i < count; i++) {
      labels[i] = (byte) (i % 10);
    }
    write(folder.resolve(split + "-images-idx3-ubyte.gz"), new int[] {count, SIDE, SIDE}, pixels);
    write(folder.resolve(split + "-labels-idx1-ubyte.gz"), new int[] {count}, labels);
  }

  private static void write(Path file, int[] dims, byte[] bytes) throws IOException {
    try (var out = new DataOutputStream(new GZIPOutputStream(Files.newOutputStream(file)))) {
      out.writeInt(0x800 | dims.length);
      for (int dim : dims) {
        out.writeInt(dim);
      }
      out.write(bytes);
    }
  }

  private static byte[] square(int from, int to, byte value) {
    byte[] pixels = new byte[SIDE * SIDE];
    for (int row = from; row < to; row++) {
      Arrays.fill(pixels, row * SIDE + from, row * SIDE + to, value);
    }
    return pixels;
  }

  private static void clear(byte[] pixels, int from, int to) {
    for (int row = from; row < to; row++) {
      Arrays.fill(pixels, row * SIDE + from, row * SIDE + to, (byte) 0);
    }
  }
}
