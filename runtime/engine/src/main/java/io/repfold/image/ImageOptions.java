package io.repfold.image;

import io.repfold.runtime.Engine;
import java.util.Collections;
import java.util.List;

/**
 * What to make of an image: {@code (value / 255 - mean) / standard deviation}, for each channel.
 *
 * @param width of the result, in pixels
 * @param height of the result, in pixels
 * @param channels which channels, in which order
 * @param mean one for each channel, in that order, where white is 1
 * @param standardDeviation one for each channel, not 0
 */
public record ImageOptions(
    int width, int height, ChannelOrder channels, List<Float> mean, List<Float> standardDeviation) {
  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if a size is not positive, the numbers do not match the
   *     channels or a deviation is 0
   */
  public ImageOptions {
    mean = List.copyOf(mean);
    standardDeviation = List.copyOf(standardDeviation);
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException(
          "An image cannot be resized to %d x %d pixels".formatted(width, height));
    }
    int count = channels.channels();
    if (mean.size() != count || standardDeviation.size() != count) {
      throw new IllegalArgumentException(
          "%s needs %d means and %d standard deviations, not %s and %s"
              .formatted(channels, count, count, mean, standardDeviation));
    }
    if (standardDeviation.contains(0f) || standardDeviation.contains(-0f)) {
      throw new IllegalArgumentException("A standard deviation of 0 cannot be divided by");
    }
  }

  /** Values from 0 to 1, without mean and standard deviation. */
  public static ImageOptions plain(int width, int height, ChannelOrder channels) {
    return new ImageOptions(
        width,
        height,
        channels,
        Collections.nCopies(channels.channels(), 0f),
        Collections.nCopies(channels.channels(), 1f));
  }

  /**
   * RGB with the mean and standard deviation of ImageNet, which most networks trained in PyTorch
   * expect.
   */
  public static ImageOptions imageNet(int width, int height) {
    return new ImageOptions(
        width,
        height,
        ChannelOrder.RGB,
        List.of(0.485f, 0.456f, 0.406f),
        List.of(0.229f, 0.224f, 0.225f));
  }

  /**
   * What a model expects: the mean and standard deviation that repfold wrote into its metadata, or
   * else ImageNet's for RGB and none for gray.
   *
   * @param channels 3 for RGB, 1 for gray
   * @throws io.repfold.runtime.EngineException if the metadata hold something else than numbers
   * @throws IllegalArgumentException if they hold numbers that do not fit
   */
  public static ImageOptions of(Engine model, int channels, int width, int height) {
    RepfoldMetadata metadata = new RepfoldMetadata(model.name(), model.metadata().custom());
    ImageOptions usual =
        channels == 1 ? plain(width, height, ChannelOrder.GRAY) : imageNet(width, height);
    return new ImageOptions(
        width,
        height,
        usual.channels(),
        metadata.mean().isEmpty() ? usual.mean() : metadata.mean(),
        metadata.standardDeviation().isEmpty()
            ? usual.standardDeviation()
            : metadata.standardDeviation());
  }
}
