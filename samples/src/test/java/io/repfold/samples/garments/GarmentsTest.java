package io.repfold.samples.garments;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The data set that is kept with the samples. */
class GarmentsTest {
  private static final Path ROOT = Path.of("garments");

  @ParameterizedTest
  @CsvSource({"train, 640", "val, 128"})
  void a_split_has_its_scenes_and_every_label(String split, int count) throws IOException {
    List<String> ids = ids(split);
    Set<Integer> labels = new TreeSet<>();
    for (String id : ids) {
      BufferedImage image = read("JPEGImages/" + id + ".jpg");
      assertThat(image.getType()).isEqualTo(BufferedImage.TYPE_BYTE_GRAY);
      BufferedImage mask = read("SegmentationClass/" + id + ".png");
      assertThat(List.of(image.getWidth(), image.getHeight(), mask.getWidth(), mask.getHeight()))
          .as(id)
          .containsOnly(96);
      Raster raster = mask.getRaster();
      assertThat(raster.getNumBands()).as("%s holds labels, not colors", id).isEqualTo(1);
      for (int label : raster.getSamples(0, 0, 96, 96, 0, (int[]) null)) {
        labels.add(label);
      }
    }
    assertThat(ids).hasSize(count).doesNotHaveDuplicates();
    assertThat(labels).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255);
  }

  @Test
  void the_splits_list_every_file_once() throws IOException {
    Set<String> listed = new HashSet<>(ids("train"));
    assertThat(ids("val")).doesNotContainAnyElementsOf(listed);
    listed.addAll(ids("val"));

    assertThat(stems("JPEGImages")).isEqualTo(listed);
    assertThat(stems("SegmentationClass")).isEqualTo(listed);
  }

  @Test
  void there_is_a_name_for_every_label() throws IOException {
    assertThat(Files.readAllLines(ROOT.resolve("classes.txt")))
        .hasSize(11)
        .startsWith("background");
  }

  private static List<String> ids(String split) throws IOException {
    return Files.readAllLines(ROOT.resolve("ImageSets/Segmentation/" + split + ".txt"));
  }

  private static Set<String> stems(String folder) throws IOException {
    try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
      return files
          .map(file -> file.getFileName().toString().replaceFirst("\\.[a-z]+$", ""))
          .collect(Collectors.toSet());
    }
  }

  private static BufferedImage read(String path) throws IOException {
    return ImageIO.read(ROOT.resolve(path).toFile());
  }
}
