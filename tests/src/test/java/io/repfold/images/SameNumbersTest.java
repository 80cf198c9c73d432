package io.repfold.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.repfold.data.Batch;
import io.repfold.data.Dataset;
import io.repfold.data.Datasets;
import io.repfold.data.Loader;
import io.repfold.data.LoaderArguments;
import io.repfold.data.Transform;
import io.repfold.image.ChannelOrder;
import io.repfold.image.ImageOptions;
import io.repfold.image.ImageTensors;
import io.repfold.kit.Photos;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A network meets the numbers at work that it was trained on, whatever the kind of file. */
class SameNumbersTest {
  private static final int HEIGHT = 11;
  private static final int WIDTH = 6;
  private static final List<Float> MEAN = List.of(0.25f, 0.5f, 0.125f);
  private static final List<Float> DEVIATION = List.of(0.5f, 0.25f, 1f);

  @TempDir private Path folder;

  private static BufferedImage picture(int type) {
    SplittableRandom random = new SplittableRandom(type);
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, type);
    int bands = image.getRaster().getNumBands();
    int most = type == BufferedImage.TYPE_USHORT_GRAY ? 1 << 16 : 1 << 8;
    for (int i = 0; i < WIDTH * HEIGHT * bands; i++) {
      int pixel = i / bands;
      image.getRaster().setSample(pixel % WIDTH, pixel / WIDTH, i % bands, random.nextInt(most));
    }
    return image;
  }

  @ParameterizedTest(name = "{0}, type {1}, orientation {2}")
  @CsvSource({
    "png, 5, 1",
    "png, 10, 1",
    "png, 11, 1",
    "png, 13, 1",
    "png, 5, 6",
    "png, 11, 7",
    "jpeg, 5, 1",
    "jpeg, 10, 1",
    "jpeg, 5, 6",
    "jpeg, 5, 3",
    "jpeg, 10, 8"
  })
  void training_and_running_read_the_same_numbers(String format, int type, int orientation)
      throws IOException {
    Path file = folder.resolve("a." + format);
    Files.write(file, Photos.turned(Photos.encoded(picture(type), format), orientation));

    float[] learned = learned(file);

    boolean swapped = orientation >= 5;
    ImageOptions options =
        new ImageOptions(
            swapped ? HEIGHT : WIDTH, swapped ? WIDTH : HEIGHT, ChannelOrder.RGB, MEAN, DEVIATION);
    float[] seen = ImageTensors.read(file, options).toFloats();
    assertThat(learned).hasSameSizeAs(seen);
    for (int i = 0; i < seen.length; i++) {
      assertThat(seen[i]).as("value %d", i).isCloseTo(learned[i], within(2e-6f));
    }
  }

  /** What a loader gives a network, without augmentation. */
  private float[] learned(Path file) throws IOException {
    Files.writeString(folder.resolve("train.txt"), file.getFileName() + " 0");
    LoaderArguments arguments =
        LoaderArguments.parse(
            Map.of(
                "data_dir",
                folder.toString(),
                "split",
                "train",
                "batch_size",
                1,
                "num_classes",
                1,
                "mean",
                MEAN,
                "std",
                DEVIATION));
    Dataset dataset = Datasets.open("ListFile", arguments);
    try (Loader loader =
            new Loader(dataset, Transform.of(arguments, dataset), arguments.loaderOptions(0));
        Batch batch = loader.epoch(0, 0).next()) {
      float[] values = new float[batch.images().remaining()];
      batch.images().get(values);
      return values;
    }
  }
}
