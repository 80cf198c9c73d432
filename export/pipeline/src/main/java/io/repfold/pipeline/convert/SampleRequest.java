package io.repfold.pipeline.convert;

import io.repfold.pipeline.PipelineException;
import io.repfold.pipeline.inputs.ImageColors;
import io.repfold.precision.Decisions;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * What a model is run on where its own numbers are looked at.
 *
 * @param data images, {@code .npy} and {@code .npz} files, and folders of them
 * @param most so many of them are taken, spread evenly; empty for all
 * @param random so many random inputs in the place of data
 * @param seed of random inputs
 * @param threshold what decides at outputs of one channel
 * @param colors what is made of the colors of images
 */
public record SampleRequest(
    List<Path> data,
    OptionalInt most,
    OptionalInt random,
    long seed,
    double threshold,
    ImageColors colors) {
  /** No samples: a conversion is tried on random inputs, which tell no ranges. */
  public static final SampleRequest NONE =
      new SampleRequest(
          List.of(),
          OptionalInt.empty(),
          OptionalInt.empty(),
          0,
          Decisions.USUAL_THRESHOLD,
          ImageColors.OF_THE_MODEL);

  /**
   * @throws PipelineException if there are both data and random inputs, a count is below 1, or the
   *     threshold is no number
   */
  public SampleRequest {
    data = List.copyOf(data);
    if (!data.isEmpty() && random.isPresent()) {
      throw PipelineException.request("withData and withRandom: give one of them, not both");
    }
    requirePositive("withRandom", random);
    requirePositive("withMost", most);
    if (Double.isNaN(threshold)) {
      throw PipelineException.request("withThreshold must be a number");
    }
  }

  private static void requirePositive(String name, OptionalInt count) {
    if (count.isPresent() && count.getAsInt() < 1) {
      throw PipelineException.request(
          "%s must be at least 1, not %d".formatted(name, count.getAsInt()));
    }
  }

  public SampleRequest withData(List<Path> files) {
    return new SampleRequest(files, most, random, seed, threshold, colors);
  }

  public SampleRequest withMost(int count) {
    return new SampleRequest(data, OptionalInt.of(count), random, seed, threshold, colors);
  }

  public SampleRequest withRandom(int count) {
    return new SampleRequest(data, most, OptionalInt.of(count), seed, threshold, colors);
  }

  public SampleRequest withSeed(long other) {
    return new SampleRequest(data, most, random, other, threshold, colors);
  }

  public SampleRequest withThreshold(double other) {
    return new SampleRequest(data, most, random, seed, other, colors);
  }

  public SampleRequest withColors(ImageColors other) {
    return new SampleRequest(data, most, random, seed, threshold, other);
  }

  /** Whether there is anything to run the model on. */
  public boolean given() {
    return !data.isEmpty() || random.isPresent();
  }
}
