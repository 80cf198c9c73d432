package io.repfold.image;

import io.repfold.images.ImageSize;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * How a network is fed with images and how its output is read. What is empty is taken from the
 * model: from what it declares, and from the metadata that repfold writes.
 *
 * @param size to which images are scaled; without it that of the model, or else each image's own
 * @param tiling slides a window over images at their own size; not together with {@code size}
 * @param channels the order of colors; RGB, or gray for one channel, if empty
 * @param mean one for each channel, where white is 1; together with {@code standardDeviation}
 * @param standardDeviation one for each channel, where white is 1; empty for those that the model's
 *     metadata tell, or else ImageNet's. A network that takes values from 0 to 255 has mean 0 and
 *     standard deviation 1/255
 * @param layout of input and output, where shapes do not tell
 * @param output the name of the output with the classes; needed if there are several
 * @param threshold for an output of one channel: values above it are class 1, others class 0
 * @param multiple images at their own size are padded to multiples of this, and windows begin at
 *     them; if empty 32 or, for windows, the largest power of two up to that which divides them;
 *     repfold's own networks take any size, so for them nothing is padded if it is empty
 * @param batch images or windows in a run, at most
 * @param probabilities whether to keep the probability of every class for every pixel
 * @param classNames one for each class; if empty, those that the metadata tell
 */
public record SegmentOptions(
    Optional<ImageSize> size,
    Optional<Tiling> tiling,
    Optional<ChannelOrder> channels,
    List<Float> mean,
    List<Float> standardDeviation,
    Optional<ImageLayout> layout,
    Optional<String> output,
    OptionalDouble threshold,
    OptionalInt multiple,
    int batch,
    boolean probabilities,
    List<String> classNames) {
  private static final int MOST_BATCH = 1024;

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if they contradict each other or are out of range
   */
  public SegmentOptions {
    mean = List.copyOf(mean);
    standardDeviation = List.copyOf(standardDeviation);
    classNames = List.copyOf(classNames);
    require(
        size.isEmpty() || tiling.isEmpty(),
        "Windows slide over images at their own size; give a size or a tiling, not both");
    require(
        mean.size() == standardDeviation.size(),
        "Mean and standard deviation go together, found %s and %s"
            .formatted(mean, standardDeviation));
    require(
        mean.stream().allMatch(Float::isFinite)
            && standardDeviation.stream().allMatch(s -> s > 0 && Float.isFinite(s)),
        "Means are finite and standard deviations above 0, found %s and %s"
            .formatted(mean, standardDeviation));
    require(
        threshold.isEmpty() || Double.isFinite(threshold.getAsDouble()),
        "A threshold is a finite number");
    require(
        multiple.isEmpty() || (multiple.getAsInt() >= 1 && multiple.getAsInt() <= 1024),
        "Sizes can be padded to multiples of 1 to 1024");
    require(
        batch >= 1 && batch <= MOST_BATCH,
        "A run takes 1 to %d images, not %d".formatted(MOST_BATCH, batch));
    require(
        classNames.size() <= Mask.MOST_CLASSES,
        "A mask has at most %d classes, not %d".formatted(Mask.MOST_CLASSES, classNames.size()));
  }

  /** Everything as the model tells. */
  public static SegmentOptions defaults() {
    return new Builder().build();
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }

  /** Collects options; see the components of {@link SegmentOptions} for their meaning. */
  public static final class Builder {
    private Optional<ImageSize> size = Optional.empty();
    private Optional<Tiling> tiling = Optional.empty();
    private Optional<ChannelOrder> channels = Optional.empty();
    private List<Float> mean = List.of();
    private List<Float> standardDeviation = List.of();
    private Optional<ImageLayout> layout = Optional.empty();
    private Optional<String> output = Optional.empty();
    private OptionalDouble threshold = OptionalDouble.empty();
    private OptionalInt multiple = OptionalInt.empty();
    private int batch = 1;
    private boolean probabilities;
    private List<String> classNames = List.of();

    public Builder size(ImageSize value) {
      size = Optional.of(value);
      return this;
    }

    public Builder tiling(Tiling value) {
      tiling = Optional.of(value);
      return this;
    }

    public Builder channels(ChannelOrder value) {
      channels = Optional.of(value);
      return this;
    }

    /** Both of one length. */
    public Builder normalization(List<Float> means, List<Float> standardDeviations) {
      mean = means;
      standardDeviation = standardDeviations;
      return this;
    }

    public Builder layout(ImageLayout value) {
      layout = Optional.of(value);
      return this;
    }

    public Builder output(String name) {
      output = Optional.of(name);
      return this;
    }

    public Builder threshold(double value) {
      threshold = OptionalDouble.of(value);
      return this;
    }

    public Builder multiple(int value) {
      multiple = OptionalInt.of(value);
      return this;
    }

    public Builder batch(int value) {
      batch = value;
      return this;
    }

    public Builder probabilities(boolean value) {
      probabilities = value;
      return this;
    }

    public Builder classNames(List<String> names) {
      classNames = names;
      return this;
    }

    /**
     * The options.
     *
     * @throws IllegalArgumentException if they contradict each other or are out of range
     */
    public SegmentOptions build() {
      return new SegmentOptions(
          size,
          tiling,
          channels,
          mean,
          standardDeviation,
          layout,
          output,
          threshold,
          multiple,
          batch,
          probabilities,
          classNames);
    }
  }
}
