package io.repfold.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetsTest {
  @TempDir private Path folder;

  private static LoaderArguments arguments(Path folder, String split, Object... more) {
    Map<String, Object> arguments = new HashMap<>();
    arguments.put("data_dir", folder.toString());
    arguments.put("split", split);
    arguments.put("batch_size", 2);
    for (int i = 0; i < more.length; i += 2) {
      arguments.put((String) more[i], more[i + 1]);
    }
    return LoaderArguments.parse(arguments);
  }

  private static void write(Path file, String... lines) throws IOException {
    Files.createDirectories(file.getParent());
    Files.write(file, List.of(lines));
  }

  /** Two images in the folders of VOC, as JPEG and as PNG. */
  private static void writeVoc(Path root) throws IOException {
    TestImages.write(
        root.resolve("JPEGImages/one.jpg"), TestImages.image(16, 8, (x, y) -> 0x4080c0));
    TestImages.write(
        root.resolve("JPEGImages/two.png"), TestImages.image(6, 4, (x, y) -> 40 * x << 16 | y));
    TestImages.writeIndexed(
        root.resolve("SegmentationClass/one.png"),
        TestImages.labels(16, 8, (x, y) -> x == 0 ? 255 : x),
        8);
    TestImages.writeIndexed(
        root.resolve("SegmentationClass/two.png"), TestImages.labels(6, 4, (x, y) -> y), 8);
    write(root.resolve("ImageSets/Segmentation/train.txt"), "one", "", "two ");
    write(root.resolve("ImageSets/Segmentation/val.txt"), "two");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "VOCdevkit/VOC2012", "VOC2012"})
  void voc_is_found_in_its_usual_folders(String root) throws IOException {
    writeVoc(folder.resolve(root));

    Dataset dataset = Datasets.open("VOC", arguments(folder, "train"));

    assertThat(dataset.size()).isEqualTo(2);
    assertThat(dataset.classes()).isEqualTo(21);
    assertThat(dataset.classNames()).startsWith("background", "aeroplane").endsWith("tv monitor");
    assertThat(dataset.ignoreIndex()).isEqualTo(255);
    assertThat(dataset.id(0)).isEqualTo("one");
    Example one = dataset.load(0);
    assertThat(one.image().at(3, 5, 2)).isBetween(0xbc, 0xc4);
    assertThat(one.labels().at(2, 0)).isEqualTo(255);
    assertThat(one.labels().at(7, 15)).isEqualTo(15);
    Example two = dataset.load(1);
    assertThat(two.image().at(3, 5, 0)).isEqualTo(200);
    assertThat(two.image().at(3, 5, 2)).isEqualTo(3);
    assertThat(two.labels().at(3, 5)).isEqualTo(3);
  }

  @Test
  void the_lists_of_aug_hold_paths_that_begin_with_a_slash() throws IOException {
    writeVoc(folder);
    TestImages.writeGray(
        folder.resolve("SegmentationClassAug/one.png"), TestImages.labels(16, 8, (x, y) -> 5), 8);
    write(
        folder.resolve("ImageSets/Segmentation/train_aug.txt"),
        "/JPEGImages/one.jpg /SegmentationClassAug/one.png");

    Dataset dataset = Datasets.open("VOC", arguments(folder, "train_aug"));

    assertThat(dataset.id(0)).isEqualTo("one");
    assertThat(dataset.load(0).labels().at(1, 1)).isEqualTo(5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\t", " ", "   "})
  void a_list_file_takes_tabs_and_spaces(String between) throws IOException {
    TestImages.write(folder.resolve("a/x.png"), TestImages.image(3, 2, (x, y) -> 1));
    TestImages.writeGray(folder.resolve("b/x.png"), TestImages.labels(3, 2, (x, y) -> x), 8);
    write(folder.resolve("training.txt"), "a/x.png" + between + "b/x.png");
    write(folder.resolve("classes.txt"), "road", "car", "sky");

    for (String split : List.of("training", "training.txt")) {
      Dataset dataset = Datasets.open("ListFile", arguments(folder, split));
      assertThat(dataset.classNames()).containsExactly("road", "car", "sky");
      assertThat(dataset.load(0).labels().toIntArray()).containsExactly(0, 1, 2, 0, 1, 2);
      assertThat(dataset.id(0)).isEqualTo("a/x.png");
    }
  }

  @Test
  void names_with_spaces_stand_between_tabs() throws IOException {
    TestImages.write(folder.resolve("an image.png"), TestImages.image(1, 1, (x, y) -> 1));
    TestImages.writeGray(folder.resolve("its labels.png"), TestImages.labels(1, 1, (x, y) -> 0), 8);
    write(folder.resolve("t.txt"), "an image.png\tits labels.png");

    assertThat(Datasets.open("ListFile", arguments(folder, "t", "num_classes", 1)).load(0).id())
        .isEqualTo("an image.png");
  }

  @Test
  void whole_numbers_are_the_classes_of_images() throws IOException {
    TestImages.write(folder.resolve("x.png"), TestImages.image(3, 2, (x, y) -> 1));
    write(folder.resolve("train.txt"), "x.png 255", "x.png 999");
    var arguments =
        arguments(
            folder, "train", "num_classes", 1000, "augment", true, "crop_size", 4, "shuffle", true);

    Dataset dataset = Datasets.open("ListFile", arguments);

    assertThat(dataset.ignoreIndex()).isEqualTo(65535);
    assertThat(dataset.load(1).labels().toIntArray()).containsExactly(999);
    try (var loader =
            new Loader(dataset, Transform.of(arguments, dataset), arguments.loaderOptions(1));
        Batch batch = loader.epoch(0, 0).next()) {
      assertThat(batch.classified()).isTrue();
      assertThat(batch.images().remaining()).isEqualTo(2 * 3 * 4 * 4);
      assertThat(List.of(batch.labels().get(0), batch.labels().get(1)))
          .containsExactlyInAnyOrder(255L, 999L);
    }
    assertThat(Datasets.check(dataset).pixels()[999]).isEqualTo(1);
  }

  @Test
  void stored_labels_are_mapped_and_the_others_ignored() throws IOException {
    writeVoc(folder);
    var map = Map.of("7", 0, "8", 1, "255", 255);

    Dataset dataset =
        Datasets.open("VOC", arguments(folder, "train", "num_classes", 2, "label_map", map));

    assertThat(dataset.load(0).labels().toIntArray())
        .startsWith(255, 255, 255, 255, 255, 255, 255, 0, 1, 255);
    assertThat(dataset.classNames()).containsExactly("class 0", "class 1");
    assertThatThrownBy(
            () -> Datasets.open("VOC", arguments(folder, "val", "label_map", Map.of("1", 21))))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("label_map takes 1 to 21, but there are 21 classes");
  }

  @Test
  void a_fixed_part_is_held_out() throws IOException {
    TestImages.write(folder.resolve("x.png"), TestImages.image(3, 2, (x, y) -> 1));
    Files.write(
        folder.resolve("train.txt"),
        IntStream.range(0, 10).mapToObj(i -> "x" + i + ".png 0").toList());
    var arguments = arguments(folder, "train", "num_classes", 1, "val_split", 0.3);

    List<String> train = ids(Datasets.open("ListFile", arguments));
    List<String> held = ids(Datasets.heldOut("ListFile", arguments));

    assertThat(train).hasSize(7).isSorted();
    assertThat(held).hasSize(3).isSorted().doesNotContainAnyElementsOf(train);
    assertThat(ids(Datasets.heldOut("ListFile", arguments))).isEqualTo(held);
    var none = arguments(folder, "train", "num_classes", 1);
    assertThatThrownBy(() -> Datasets.heldOut("ListFile", none))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("val_split 0.0 of the 10 examples of 'train' leaves none");
  }

  private static List<String> ids(Dataset dataset) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < dataset.size(); i++) {
      ids.add(dataset.id(i));
    }
    return ids;
  }

  @Test
  void cached_examples_are_read_once_as_long_as_they_fit() throws IOException {
    writeVoc(folder);
    Dataset cached = Datasets.open("VOC", arguments(folder, "train", "cache_mb", 1));
    Dataset plain = Datasets.open("VOC", arguments(folder, "train"));

    assertThat(cached.load(0)).isSameAs(cached.load(0));
    assertThat(plain.load(0)).isNotSameAs(plain.load(0));
    assertThat(plain.load(0).image().rgb()).isEqualTo(cached.load(0).image().rgb());
  }

  @Test
  void a_cache_holds_no_more_than_its_bytes() {
    var example =
        new Example(
            "a", TestImages.image(10, 10, (x, y) -> 0), TestImages.labels(10, 10, (x, y) -> 0));
    var cache = new ExampleCache(3, 1200);
    int[] loads = new int[3];
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 3; i++) {
        cache.get(
            i,
            index -> {
              loads[index]++;
              return example;
            });
      }
    }
    assertThat(loads).containsExactly(1, 1, 2);
  }

  @Test
  void names_and_paths_of_a_voc_list_may_have_spaces() throws IOException {
    writeVoc(folder);
    Path images = folder.resolve("JPEGImages");
    Path labels = folder.resolve("SegmentationClass");
    String name = Datasets.open("VOC", arguments(folder, "train")).id(0);
    for (String ending : List.of(".jpg", ".png")) {
      Path image = images.resolve(name + ending);
      if (Files.exists(image)) {
        Files.copy(image, images.resolve("a street, by night" + ending));
      }
    }
    Files.copy(labels.resolve(name + ".png"), labels.resolve("a street, by night.png"));
    write(
        folder.resolve("ImageSets/Segmentation/spaces.txt"),
        "a street, by night",
        "/JPEGImages/a street, by night.jpg /SegmentationClass/a street, by night.png",
        "JPEGImages/a street, by night.jpg\tSegmentationClass/a street, by night.png");
    Dataset spaces = Datasets.open("VOC", arguments(folder, "spaces"));
    for (int i = 0; i < 3; i++) {
      assertThat(spaces.id(i)).isEqualTo("a street, by night");
      assertThat(spaces.load(i).labels()).isNotNull();
    }
  }

  @Test
  void a_missing_split_is_answered_with_those_that_exist() throws IOException {
    writeVoc(folder);
    assertThatThrownBy(() -> Datasets.open("VOC", arguments(folder, "trian")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("There is no split 'trian'")
        .hasMessageContaining("the splits are [train, val]");
  }

  @Test
  void an_empty_split_is_refused() throws IOException {
    writeVoc(folder);
    write(folder.resolve("ImageSets/Segmentation/none.txt"), "", "  ");
    assertThatThrownBy(() -> Datasets.open("VOC", arguments(folder, "none")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("The split 'none' is empty");
  }

  @Test
  void a_folder_that_is_not_voc_is_refused() {
    assertThatThrownBy(() -> Datasets.open("VOC", arguments(folder, "train")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("No VOC data set in data_dir '" + folder + "'")
        .hasMessageContaining("ImageSets/Segmentation");
    assertThatThrownBy(() -> Datasets.open("ListFile", arguments(folder.resolve("no"), "train")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("data_dir '" + folder.resolve("no") + "' does not exist");
    assertThatThrownBy(() -> Datasets.open("VOC", arguments(Path.of("no-such"), "train")))
        .hasMessageContaining("data_dir 'no-such' does not exist; it is searched for in '")
        .hasMessageContaining(Path.of("").toAbsolutePath().toString());
  }

  @Test
  void an_unknown_type_is_answered_with_the_nearest() {
    assertThatThrownBy(() -> Datasets.open("VCO", arguments(folder, "train")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("loader type: there is no 'VCO'; did you mean 'VOC'?");
  }

  @Test
  void the_number_of_classes_must_be_known_and_agree() throws IOException {
    write(folder.resolve("train.txt"), "x.png 0");
    assertThatThrownBy(() -> Datasets.open("ListFile", arguments(folder, "train")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("set num_classes")
        .hasMessageContaining("classes.txt");
    write(folder.resolve("classes.txt"), "a", "b");
    assertThatThrownBy(
            () -> Datasets.open("ListFile", arguments(folder, "train", "num_classes", 3)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("num_classes is 3, but")
        .hasMessageContaining("names 2 classes");
    assertThat(
            Datasets.open("ListFile", arguments(folder, "train", "class_names", List.of("z")))
                .classNames())
        .containsExactly("z");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x.png",
        "x.png a.png b.png",
        "x.png -1",
        "x.png 65536",
        "x.png 123456789012",
        "../x.png 1",
        "x.png ../../a.png",
        "x\0.png 1"
      })
  void a_wrong_line_is_named(String line) throws IOException {
    write(folder.resolve("train.txt"), "x.png 1", line);
    assertThatThrownBy(
            () -> Datasets.open("ListFile", arguments(folder, "train", "num_classes", 2)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("train.txt', entry 2: ");
  }

  @Test
  void a_list_holds_one_kind_of_labels() throws IOException {
    write(folder.resolve("train.txt"), "x.png 1", "x.png y.png");
    assertThatThrownBy(
            () -> Datasets.open("ListFile", arguments(folder, "train", "num_classes", 2)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found a label for each pixel")
        .hasMessageContaining("have a class for the image");
  }

  @Test
  void a_list_that_is_no_text_is_refused() throws IOException {
    Files.write(folder.resolve("train.txt"), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
    assertThatThrownBy(() -> Datasets.open("ListFile", arguments(folder, "train")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("not a UTF-8 text");
  }
}
