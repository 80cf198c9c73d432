package io.repfold.cli;

import io.repfold.image.ImageOptions;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.Engine;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --mean} and {@code --std}: what is made of the colours of images. */
final class ColourOptions {
  @Option(
      names = "--mean",
      split = ",",
      paramLabel = "M",
      description =
          "Mean of the colours of images, white being 1: one for each channel, with commas (default:"
              + " from the model's metadata, or else 0.485,0.456,0.406 for RGB, 0 for grey).")
  private @Nullable List<Float> mean;

  @Option(
      names = "--std",
      split = ",",
      paramLabel = "S",
      description =
          "Standard deviation of the colours of images, likewise (default: from the metadata, or"
              + " else 0.229,0.224,0.225 for RGB, 1 for grey).")
  private @Nullable List<Float> deviation;

  /**
   * How images become inputs.
   *
   * @param channels 1 or 3
   * @param type of the input; uint8 takes values from 0 to 255 as they are
   * @throws UsageException if the numbers do not fit to the channels, or to uint8
   */
  ImageOptions of(Engine model, int channels, int height, int width, ElementType type) {
    if (type == ElementType.UINT8 && (mean != null || deviation != null)) {
      throw new UsageException(
          "--mean, --std: %s takes uint8 images, whose values from 0 to 255 go in as they are"
              .formatted(model.name()));
    }
    try {
      ImageOptions usual = ImageOptions.of(model, channels, width, height);
      return new ImageOptions(
          width,
          height,
          usual.channels(),
          mean == null ? usual.mean() : mean,
          deviation == null ? usual.standardDeviation() : deviation);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--mean, --std: " + e.getMessage(), e);
    }
  }
}
