package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.repfold.image.Palette;
import io.repfold.kit.Nets;
import io.repfold.onnx.OnnxModel;
import io.repfold.train.Deployment;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentCommandTest {
  private static final int CLASSES = 3;

  @TempDir private Path folder;
  private Path photos;
  private Path masks;
  private Path model;

  @BeforeEach
  void make() throws IOException {
    photos = Files.createDirectory(folder.resolve("photos"));
    masks = folder.resolve("out/masks");
    model = folder.resolve("model.onnx");
    OnnxModel.of(Nets.pointwise(CLASSES))
        .withMetadata("repfold.class_names", "ground\nroof\ntree")
        .withMetadata("repfold.mean", "0.5,0.5,0.5")
        .withMetadata("repfold.std", "0.25,0.25,0.25")
        .write(model);
  }

  private Path photo(String name, int height, int width) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(name.hashCode());
    for (int i = 0; i < width * height; i++) {
      image.setRGB(i % width, i / width, random.nextInt(1 << 24));
    }
    Path file = photos.resolve(name);
    assertThat(ImageIO.write(image, name.endsWith("png") ? "png" : "jpeg", file.toFile())).isTrue();
    return file;
  }

  private List<String> written() throws IOException {
    try (Stream<Path> files = Files.list(masks)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }

  private static int[] classes(Path mask) throws IOException {
    BufferedImage image = ImageIO.read(mask.toFile());
    assertThat(image.getRaster().getNumBands()).isEqualTo(1);
    return image.getRaster().getSamples(0, 0, image.getWidth(), image.getHeight(), 0, (int[]) null);
  }

  private long count(String mask, int label) throws IOException {
    return Arrays.stream(classes(masks.resolve(mask))).filter(value -> value == label).count();
  }

  @Test
  void a_folder_becomes_masks_and_overlays_and_figures() throws IOException {
    photo("a.png", 20, 30);
    photo("b.jpg", 17, 9);
    Files.writeString(photos.resolve("notes.txt"), "no image");

    CliRun run = CliRun.of("segment", model, photos, "-o", masks, "--overlay");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(written()).containsExactly("a.overlay.png", "a.png", "b.overlay.png", "b.png");
    assertThat(run.out())
        .contains("roof", "decode", "prepare", "run", "post-process", "encode")
        .contains("2 masks written to", "ONNX Runtime CPU");
    BufferedImage mask = ImageIO.read(masks.resolve("a.png").toFile());
    assertThat(mask.getWidth()).isEqualTo(30);
    assertThat(mask.getHeight()).isEqualTo(20);
    int[] classes = classes(masks.resolve("a.png"));
    assertThat(classes).contains(0, 1, 2).doesNotContain(3);
    assertThat(mask.getRGB(4, 2) & 0xffffff).isEqualTo(Palette.voc().color(classes[2 * 30 + 4]));
  }

  @Test
  void masks_do_not_depend_on_threads_batches_or_windows() throws IOException {
    for (int i = 0; i < 6; i++) {
      photo("p%d.png".formatted(i), 16 + i / 3, 24);
    }
    assertThat(CliRun.of("segment", model, photos, "-o", masks, "--threads", 1).code()).isZero();
    for (String[] options :
        List.of(
            new String[] {"--threads", "4", "--batch", "4"},
            new String[] {"--tile", "8x10", "--overlap", "3"},
            new String[] {"--engine", "interpreter", "--threads", "2"})) {
      Path other = folder.resolve("other" + options[0] + options[1]);
      Object[] words =
          Stream.concat(Stream.of("segment", model, photos, "-o", other), Stream.of(options))
              .toArray();
      CliRun run = CliRun.of(words);
      assertThat(run.code()).as(run.err()).isZero();
      for (String name : written()) {
        assertThat(classes(other.resolve(name))).isEqualTo(classes(masks.resolve(name)));
      }
    }
  }

  @Test
  void deployed_heads_and_layouts_give_the_same_masks() throws IOException {
    photo("a.png", 32, 64);
    assertThat(CliRun.of("segment", model, photos, "-o", masks).code()).isZero();
    for (Deployment.Head head : Deployment.Head.values()) {
      for (Deployment.Layout layout : Deployment.Layout.values()) {
        Path deployed = folder.resolve("deployed.onnx");
        Deployment.with(OnnxModel.read(model), head, layout).write(deployed);
        Path other = folder.resolve(head + "-" + layout);
        CliRun run = CliRun.of("segment", deployed, photos, "-o", other);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(classes(other.resolve("a.png"))).isEqualTo(classes(masks.resolve("a.png")));
      }
    }
  }

  @Test
  void bad_images_are_listed_and_the_rest_is_written() throws IOException {
    photo("a.png", 8, 8);
    photo("c.png", 8, 9);
    Files.writeString(photos.resolve("b.png"), "no image");
    Path missing = folder.resolve("missing.jpg");

    CliRun run = CliRun.of("segment", model, photos, missing, "-o", masks, "--json");

    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(written()).containsExactly("a.png", "c.png");
    assertThat(run.err()).contains("b.png", "neither PNG nor JPEG", "no image '" + missing);
    JsonNode json = Json.parse(run.out());
    assertThat(json.get("images")).hasSize(2);
    assertThat(json.get("failed")).hasSize(2);
    assertThat(json.at("/failed/0/image").asText()).endsWith("b.png");
    double seconds = json.get("elapsedSeconds").asDouble();
    assertThat(json.get("imagesPerSecond").asDouble() * seconds).isEqualTo(2, within(1e-9));
    assertThat(json.at("/stages/run/seconds").asDouble()).isPositive();
    List<String> names = List.of("ground", "roof", "tree");
    long pixels = 0;
    for (JsonNode one : json.get("classes")) {
      int label = one.get("class").asInt();
      assertThat(one.get("name").asText()).isEqualTo(names.get(label));
      assertThat(one.get("pixels").asLong())
          .as("of class %d in the masks", label)
          .isEqualTo(count("a.png", label) + count("c.png", label));
      pixels += one.get("pixels").asLong();
    }
    assertThat(pixels).isEqualTo(64 + 72);
  }

  @Test
  void what_would_be_overwritten_is_refused_before_anything_is_written() throws IOException {
    Path png = photo("a.png", 8, 8);
    photo("a.jpg", 8, 8);

    CliRun both = CliRun.of("segment", model, photos, "-o", masks);
    assertThat(both.code()).isEqualTo(ExitCodes.BAD_USAGE);
    assertThat(both.err()).contains("a.jpg", "a.png", "would both be written to");
    assertThat(both.err()).contains("--keep-endings calls their masks a.jpg.png and a.png.png");
    assertThat(masks).doesNotExist();

    CliRun twice = CliRun.of("segment", model, png, png, "-o", masks);
    assertThat(twice.code()).isEqualTo(ExitCodes.BAD_USAGE);
    assertThat(twice.err()).contains("is named twice");

    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere")).resolve("a.png");
    Files.copy(png, elsewhere);
    CliRun alike = CliRun.of("segment", model, png, elsewhere, "-o", masks, "--keep-endings");
    assertThat(alike.code()).isEqualTo(ExitCodes.BAD_USAGE);
    assertThat(alike.err()).contains("segment them into different folders");

    byte[] before = Files.readAllBytes(png);
    CliRun itself = CliRun.of("segment", model, png, "-o", photos);
    assertThat(itself.code()).isEqualTo(ExitCodes.BAD_USAGE);
    assertThat(itself.err()).contains("would take its place");
    assertThat(png).hasBinaryContent(before);
  }

  @Test
  void endings_tell_images_of_one_name_apart() throws IOException {
    photo("a.png", 8, 8);
    photo("a.jpg", 8, 8);

    CliRun run = CliRun.of("segment", model, photos, "-o", masks, "--overlay", "--keep-endings");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(written())
        .containsExactly("a.jpg.overlay.png", "a.jpg.png", "a.png.overlay.png", "a.png.png");
  }

  @Test
  void what_is_skipped_in_a_folder_is_said() throws IOException {
    photo("a.png", 8, 8);
    Files.createDirectories(photos.resolve("sub/deep"));
    Files.createSymbolicLink(photos.resolve("gone.png"), folder.resolve("nothing.png"));
    Files.write(photos.resolve("._a.png"), new byte[] {0, 5, 22, 7});
    Files.write(photos.resolve("b.webp"), new byte[9]);
    Files.write(photos.resolve("c.TIF"), new byte[9]);

    CliRun run = CliRun.of("segment", model, photos, "-o", masks, "--json");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(written()).containsExactly("a.png");
    String what =
        "1 sub-folder, 1 dangling link, 1 hidden file, 2 files of another kind (.TIF, .webp)";
    assertThat(run.err()).contains("note: %s: skipped %s".formatted(photos, what));
    assertThat(Json.parse(run.out()).at("/skipped/0/what").asText()).isEqualTo(what);

    Files.delete(photos.resolve("a.png"));
    assertUsage("only " + what, model, photos, "-o", masks);
  }

  @Test
  void a_mask_that_cannot_be_written_names_its_image_and_leaves_nothing() throws IOException {
    String name = "a".repeat(246);
    Path png = photo(name + ".png", 8, 8);

    CliRun run = CliRun.of("segment", model, png, "-o", masks, "--overlay");

    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err())
        .contains(
            "no mask: '%s': %s cannot be written: "
                .formatted(png, masks.resolve(name + ".overlay.png")));
    assertThat(run.out())
        .contains("0 masks written")
        .doesNotContain("images a second", "ms an image");
    assertThat(masks).doesNotExist();
  }

  @Test
  void a_folder_in_the_place_of_a_mask_is_refused_before_anything_runs() throws IOException {
    Path png = photo("a.png", 8, 8);
    photo("b.png", 8, 8);
    Files.createDirectories(masks.resolve("a.png/in the way"));

    CliRun run = CliRun.of("segment", model, photos, "-o", masks);

    assertThat(run.code()).isEqualTo(ExitCodes.BAD_USAGE);
    assertThat(run.err()).contains(masks.resolve(png.getFileName()) + ": is a folder");
    assertThat(written()).containsExactly("a.png");
  }

  @Test
  void a_jpeg_that_is_cut_off_gets_no_mask() throws IOException {
    Path jpg = photo("a.jpg", 40, 40);
    byte[] whole = Files.readAllBytes(jpg);
    Files.write(jpg, Arrays.copyOf(whole, whole.length / 2));

    CliRun run = CliRun.of("segment", model, jpg, "-o", masks);

    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).contains("a.jpg", "is damaged, it may be cut off");
    assertThat(masks).doesNotExist();
  }

  @Test
  void names_and_thresholds_are_checked_before_anything_is_done() throws IOException {
    Path png = photo("a.png", 8, 8);
    assertUsage(
        "tells 3 classes apart, and 2 names are given",
        model,
        png,
        "-o",
        masks,
        "--class-names",
        "a,b");
    assertUsage("'scores' of", model, png, "-o", masks, "--threshold", 0.5);
    Path classes = folder.resolve("classes.onnx");
    Deployment.with(OnnxModel.read(model), Deployment.Head.ARGMAX, Deployment.Layout.NCHW)
        .write(classes);
    assertUsage(
        "tells 3 classes apart, and 4 names are given",
        classes,
        png,
        "-o",
        masks,
        "--class-names",
        "a,b,c,d");
    assertUsage("holds classes", classes, png, "-o", masks, "--threshold", 0.5);
    assertThat(masks).doesNotExist();
  }

  @Test
  void classes_without_a_name_are_told() throws IOException {
    photo("a.png", 20, 20);
    Path plain = folder.resolve("plain.onnx");
    Path classes = folder.resolve("classes.onnx");
    OnnxModel.of(Nets.pointwise(CLASSES)).write(plain);
    Deployment.with(OnnxModel.read(plain), Deployment.Head.ARGMAX, Deployment.Layout.NCHW)
        .write(classes);

    CliRun run = CliRun.of("segment", classes, photos, "-o", masks, "--class-names", "ground");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err())
        .contains("classes 1, 2 were found in images, and there is a name for 0 to 0 only");
  }

  @Test
  void wrong_usage_is_told_with_the_remedy() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    Path png = photo("a.png", 8, 8);
    Path two = Files.writeString(folder.resolve("two.txt"), "0 0 0\n#ff0000\n");

    assertUsage("holds no file that ends in", model, empty, "-o", masks);
    assertUsage("is not a folder", model, png, "-o", png);
    assertUsage("not both", model, png, "-o", masks, "--tile", 8, "--size", 8);
    assertUsage("--tile gives their size", model, png, "-o", masks, "--overlap", 8);
    assertUsage("--tile gives their size", model, png, "-o", masks, "--blend", "center");
    assertUsage("--size scales them", model, png, "-o", masks, "--multiple", 8, "--size", 8);
    assertUsage("multiples of 3", model, png, "-o", masks, "--multiple", 3, "--tile", 8);
    assertUsage("ort-cpu runs on none", model, png, "-o", masks, "--device", 1);
    assertUsage(
        "interpreter is another engine",
        model,
        png,
        "-o",
        masks,
        "--engine",
        "interpreter",
        "--session-option",
        "a=b");
    assertUsage("there is no -1", model, png, "-o", masks, "--device", -1);
    assertUsage("--overlay asks for them", model, png, "-o", masks, "--opacity", 0.5);
    assertUsage("0 to 4 pixels, not 5", model, png, "-o", masks, "--tile", 8, "--overlap", 5);
    assertUsage("is not a size", model, png, "-o", masks, "--size", "8by8");
    assertUsage("'nothing' is none", model, png, "-o", masks, "--palette", "nothing");
    assertUsage("has 2 colors", model, png, "-o", masks, "--palette", two);
    assertUsage("There is no engine 'abacus'", model, png, "-o", masks, "--engine", "abacus");
    assertUsage("--opacity must be 0 to 1", model, png, "-o", masks, "--opacity", 2);
    assertThat(masks).doesNotExist();
  }

  private static void assertUsage(String words, Object... arguments) {
    CliRun run = CliRun.of(Stream.concat(Stream.of("segment"), Stream.of(arguments)).toArray());
    assertThat(run.code()).as(run.err()).isEqualTo(ExitCodes.BAD_USAGE);
    assertThat(run.err()).contains(words);
  }
}
