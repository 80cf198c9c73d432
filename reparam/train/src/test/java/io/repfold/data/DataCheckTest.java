package io.repfold.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.images.ImageSize;
import io.repfold.kit.Photos;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataCheckTest {
  @TempDir private Path folder;

  /** A data set of three classes that is in order. */
  private Dataset dataset(int size) throws IOException {
    var random = new SplittableRandom(1);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      String ending = i % 2 == 0 ? ".jpg" : ".png";
      TestImages.write(
          folder.resolve("images/" + i + ending),
          TestImages.image(30, 20, (x, y) -> random.nextInt(1 << 24)));
      TestImages.writeIndexed(
          folder.resolve("labels/" + i + ".png"),
          TestImages.labels(30, 20, (x, y) -> y == 0 ? 255 : (x + 7 * y) % 3),
          8);
      lines.add("images/%d%s labels/%d.png".formatted(i, ending, i));
    }
    Files.write(folder.resolve("train.txt"), lines);
    return open();
  }

  private Dataset open() {
    return Datasets.open(
        "ListFile",
        Map.of("data_dir", folder.toString(), "split", "train", "batch_size", 1, "num_classes", 3));
  }

  @Test
  void good_data_are_counted() throws IOException {
    LabelCounts counts = Datasets.check(dataset(4));

    assertThat(counts.examples()).isEqualTo(4);
    assertThat(counts.ignored()).isEqualTo(4 * 30);
    assertThat(counts.turned()).isZero();
    assertThat(counts.pixels()).containsExactly(4 * 190, 4 * 190, 4 * 190);
  }

  @Test
  void of_many_missing_files_five_are_listed() throws IOException {
    Dataset dataset = dataset(16);
    for (int i = 0; i < 14; i += 2) {
      Files.delete(folder.resolve("images/" + i + ".jpg"));
    }
    Files.delete(folder.resolve("labels/15.png"));

    assertThatThrownBy(() -> Datasets.check(dataset))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("in 16 examples there are")
        .hasMessageContaining("missing images: 7")
        .hasMessageContaining("0.jpg")
        .hasMessageContaining("8.jpg")
        .hasMessageContaining("and 2 more")
        .hasMessageNotContaining("10.jpg")
        .hasMessageContaining("missing label files: 1")
        .hasMessageContaining("15.png");
  }

  @Test
  void files_that_were_cut_off_are_found() throws IOException {
    Dataset dataset = dataset(6);
    TestImages.cut(folder.resolve("images/0.jpg"), 0.6);
    TestImages.cut(folder.resolve("images/1.png"), 0.6);
    TestImages.cut(folder.resolve("labels/2.png"), 0.9);
    Files.write(folder.resolve("labels/3.png"), new byte[0]);
    Files.writeString(folder.resolve("images/4.jpg"), "<html>404</html>");

    assertThatThrownBy(() -> Datasets.check(dataset))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("files that cannot be read: 5")
        .hasMessageContaining("0.jpg")
        .hasMessageContaining("1.png")
        .hasMessageContaining("labels/2.png")
        .hasMessageContaining("labels/3.png")
        .hasMessageContaining("4.jpg': it is neither PNG nor JPEG");
  }

  @Test
  void bytes_after_the_end_of_an_image_do_no_harm() throws IOException {
    Dataset dataset = dataset(2);
    for (String name : List.of("images/0.jpg", "images/1.png")) {
      byte[] bytes = Files.readAllBytes(folder.resolve(name));
      Files.write(folder.resolve(name), java.util.Arrays.copyOf(bytes, bytes.length + 500));
    }
    assertThat(Datasets.check(dataset).examples()).isEqualTo(2);
  }

  @Test
  void labels_of_another_size_are_found() throws IOException {
    Dataset dataset = dataset(2);
    TestImages.writeIndexed(
        folder.resolve("labels/1.png"), TestImages.labels(20, 30, (x, y) -> 0), 8);

    assertThatThrownBy(() -> Datasets.check(dataset))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("images/1.png' is 30 x 20, its labels are 20 x 30");
    assertThatThrownBy(() -> dataset.load(1))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("images/1.png'")
        .hasMessageContaining("30 x 20");
  }

  /** Turns an image as a camera does that was held upright, which writes pixels as they come. */
  private void turn(String file, int orientation) throws IOException {
    Path path = folder.resolve(file);
    Files.write(path, Photos.turned(Files.readAllBytes(path), orientation));
  }

  @Test
  void labels_of_a_turned_photo_are_upright_or_turned_themselves() throws IOException {
    Dataset dataset = dataset(4);
    turn("images/0.jpg", 6);
    TestImages.writeIndexed(
        folder.resolve("labels/0.png"), TestImages.labels(20, 30, (x, y) -> x == 0 ? 1 : 0), 8);
    turn("images/1.png", 8);
    turn("labels/1.png", 8);
    turn("images/2.jpg", 3);

    assertThat(Datasets.check(dataset).examples()).isEqualTo(4);
    assertThat(Datasets.check(dataset).turned())
        .as("all but 1.png, whose labels turn")
        .isEqualTo(2);
    for (int i = 0; i < 2; i++) {
      assertThat(dataset.load(i).image().size()).isEqualTo(new ImageSize(30, 20));
      assertThat(dataset.load(i).labels().size()).isEqualTo(new ImageSize(30, 20));
    }
    assertThat(dataset.load(0).labels().at(29, 0)).isEqualTo(1);
    // The first row of 1.png is ignored, and becomes the left column.
    assertThat(dataset.load(1).labels().at(0, 0)).isEqualTo(255);
    assertThat(dataset.load(1).labels().at(29, 0)).isEqualTo(255);
    assertThat(dataset.load(1).labels().at(0, 1)).isNotEqualTo(255);
  }

  @Test
  void labels_that_fit_a_turned_photo_only_as_it_is_stored_are_found() throws IOException {
    Dataset dataset = dataset(2);
    turn("images/0.jpg", 6);

    for (ThrowingCallable use :
        List.<ThrowingCallable>of(() -> Datasets.check(dataset), () -> dataset.load(0))) {
      assertThatThrownBy(use)
          .isInstanceOf(DataException.class)
          .hasMessageContaining(
              "images/0.jpg' is 20 x 30 once its EXIF orientation 6 is applied, its labels '")
          .hasMessageContaining(
              "labels/0.png' are 30 x 20 (width x height), as the image is stored; turn the labels"
                  + " as well, or take the orientation out of the image");
    }
  }

  @Test
  void labels_that_are_no_class_are_found() throws IOException {
    Dataset dataset = dataset(2);
    TestImages.writeIndexed(
        folder.resolve("labels/0.png"), TestImages.labels(30, 20, (x, y) -> y), 8);

    for (ThrowingCallable use :
        List.<ThrowingCallable>of(() -> Datasets.check(dataset), () -> dataset.load(0))) {
      assertThatThrownBy(use)
          .isInstanceOf(DataException.class)
          .hasMessageContaining("labels/0.png' has label 3, but there are 3 classes (0 to 2)")
          .hasMessageContaining("ignore_index is 255")
          .hasMessageContaining("label_map");
    }
  }

  @Test
  void a_class_of_an_image_that_is_no_class_is_found() throws IOException {
    dataset(1);
    Files.writeString(folder.resolve("train.txt"), "images/0.jpg 3");
    Dataset dataset = open();

    assertThatThrownBy(() -> Datasets.check(dataset))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("images/0.jpg' has label 3");
  }
}
