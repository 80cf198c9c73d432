package io.repfold.cli;

import io.repfold.pipeline.inputs.ImageColors;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --mean} and {@code --std}: what is made of the colors of images. */
final class ColorOptions {
  @Option(
      names = "--mean",
      split = ",",
      paramLabel = "M",
      description =
          "Mean of the colors of images, white being 1: one for each channel, with commas, or"
              + " one for all (default:"
              + " from the model's metadata, or else 0.485,0.456,0.406 for RGB, 0 for gray).")
  private @Nullable List<Float> mean;

  @Option(
      names = "--std",
      split = ",",
      paramLabel = "S",
      description =
          "Standard deviation of the colors of images, likewise (default: from the metadata, or"
              + " else 0.229,0.224,0.225 for RGB, 1 for gray).")
  private @Nullable List<Float> deviation;

  /** What was asked for. */
  ImageColors colors() {
    ImageColors colors = ImageColors.OF_THE_MODEL;
    colors = mean == null ? colors : colors.withMean(mean);
    return deviation == null ? colors : colors.withDeviation(deviation);
  }
}
