package io.repfold.pipeline.inputs;

import io.repfold.image.ImageOptions;
import io.repfold.pipeline.PipelineException;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.Engine;
import java.util.List;
import java.util.Optional;

/**
 * What is made of the colors of images, white being 1: {@code (color - mean) / deviation}.
 *
 * @param mean one for each channel, or one for all; empty for what the model's metadata say, or
 *     else ImageNet's
 * @param deviation likewise
 */
public record ImageColors(Optional<List<Float>> mean, Optional<List<Float>> deviation) {
  /** What the model's metadata say, or else ImageNet's for RGB, and nothing for gray. */
  public static final ImageColors OF_THE_MODEL =
      new ImageColors(Optional.empty(), Optional.empty());

  public ImageColors {
    mean = mean.map(List::copyOf);
    deviation = deviation.map(List::copyOf);
  }

  public ImageColors withMean(List<Float> other) {
    return new ImageColors(Optional.of(other), deviation);
  }

  public ImageColors withDeviation(List<Float> other) {
    return new ImageColors(mean, Optional.of(other));
  }

  /**
   * How images become inputs.
   *
   * @param channels 1 or 3
   * @param type of the input; uint8 takes values from 0 to 255 as they are
   * @throws PipelineException if the numbers do not fit to the channels, or to uint8
   */
  public ImageOptions of(Engine model, int channels, int height, int width, ElementType type) {
    if (type == ElementType.UINT8 && (mean.isPresent() || deviation.isPresent())) {
      throw PipelineException.request(
          "withMean, withDeviation: %s takes uint8 images, whose values from 0 to 255 go in as they are"
              .formatted(model.name()));
    }
    try {
      ImageOptions usual = ImageOptions.of(model, channels, width, height);
      return new ImageOptions(
          width,
          height,
          usual.channels(),
          usual.channels().forEach(mean.orElse(usual.mean())),
          usual.channels().forEach(deviation.orElse(usual.standardDeviation())));
    } catch (IllegalArgumentException e) {
      throw PipelineException.request("withMean, withDeviation: " + e.getMessage(), e);
    }
  }
}
