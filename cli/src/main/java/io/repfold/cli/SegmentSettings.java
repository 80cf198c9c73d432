package io.repfold.cli;

import io.repfold.image.ChannelOrder;
import io.repfold.image.ImageLayout;
import io.repfold.image.SegmentOptions;
import io.repfold.image.Tiling;
import io.repfold.images.ImageSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How images become a model's input and its output a mask. */
final class SegmentSettings {
  /** Reads {@code 512} or {@code 512x1024}. */
  static final class SizeConverter implements ITypeConverter<ImageSize> {
    @Override
    public ImageSize convert(String text) {
      try {
        return ImageSize.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  @Option(
      names = "--size",
      paramLabel = "HxW",
      converter = SizeConverter.class,
      description =
          "Scale images to this size for the model (default: the model's, or else each image's).")
  private @Nullable ImageSize size;

  @Option(
      names = "--tile",
      paramLabel = "N|HxW",
      converter = SizeConverter.class,
      description = "Slide a window of this size over each image, at the image's own size.")
  private @Nullable ImageSize tile;

  @Option(
      names = "--overlap",
      paramLabel = "M",
      defaultValue = "0",
      description =
          "Pixels that neighboring windows share at least, up to half of the window (default:"
              + " ${DEFAULT-VALUE}).")
  private int overlap;

  @Option(
      names = "--blend",
      paramLabel = "HOW",
      description =
          "What windows make of the scores where they overlap: uniform or tapered, the mean, or"
              + " center, those of the window whose center is nearer (default: tapered).")
  private Tiling.@Nullable Blend blend;

  @Option(
      names = "--multiple",
      paramLabel = "N",
      description =
          "Pad images at their own size to multiples of this, and let windows begin at them: the"
              + " network's stride or a multiple of it (default: 32; repfold's own networks take"
              + " images as they are).")
  private @Nullable Integer multiple;

  @Option(
      names = "--mean",
      paramLabel = "R,G,B",
      split = ",",
      description = "One for each channel, where white is 1 (default: from the model).")
  private final List<Float> mean = new ArrayList<>();

  @Option(
      names = "--std",
      paramLabel = "R,G,B",
      split = ",",
      description = "Standard deviations, one for each channel (default: from the model).")
  private final List<Float> std = new ArrayList<>();

  @Option(
      names = "--channels",
      paramLabel = "ORDER",
      description = "rgb, bgr or gray (default: rgb, or gray where the model has one channel).")
  private @Nullable ChannelOrder channels;

  @Option(
      names = "--layout",
      paramLabel = "LAYOUT",
      description = "nchw or nhwc (default: as the shapes tell).")
  private @Nullable ImageLayout layout;

  @Option(
      names = "--output-name",
      paramLabel = "NAME",
      description = "The output with the classes, if the model has several.")
  private @Nullable String outputName;

  @Option(
      names = "--threshold",
      paramLabel = "T",
      description =
          "For an output of one channel, and only for that: values above it are class 1, others"
              + " class 0. 0.5 for probabilities, 0 for scores.")
  private @Nullable Double threshold;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Images of one size, or windows, in a run, at most (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--class-names",
      paramLabel = "A,B,...|FILE",
      description =
          "A name for each class from 0 on, two for an output of one channel, or a file with one a"
              + " line (default: from the model).")
  private @Nullable String classNames;

  /**
   * The options.
   *
   * @throws UsageException if they contradict each other
   */
  SegmentOptions options() throws IOException {
    try {
      return build();
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
  }

  private SegmentOptions build() throws IOException {
    SegmentOptions.Builder options =
        new SegmentOptions.Builder().normalization(mean, std).batch(batch).classNames(names());
    if (size != null) {
      options.size(size);
    }
    if (tile != null) {
      options.tiling(new Tiling(tile, overlap, blend == null ? Tiling.Blend.TAPERED : blend));
    } else if (overlap != 0 || blend != null) {
      throw new UsageException(
          "%s is of windows; --tile gives their size"
              .formatted(overlap != 0 ? "--overlap" : "--blend"));
    }
    if (multiple != null && size != null) {
      throw new UsageException(
          "--multiple pads images at their own size, and --size scales them; give one of them");
    }
    if (multiple != null) {
      options.multiple(multiple);
    }
    if (channels != null) {
      options.channels(channels);
    }
    if (layout != null) {
      options.layout(layout);
    }
    if (outputName != null) {
      options.output(outputName);
    }
    if (threshold != null) {
      options.threshold(threshold);
    }
    return options.build();
  }

  private List<String> names() throws IOException {
    if (classNames == null) {
      return List.of();
    }
    Path file = Path.of(classNames);
    List<String> names =
        Files.isRegularFile(file) ? Files.readAllLines(file) : List.of(classNames.split(",", -1));
    return names.stream().map(String::strip).filter(name -> !name.isEmpty()).toList();
  }
}
