package io.repfold.pipeline.golden;

import io.repfold.check.ChannelAxes;
import io.repfold.check.ReferenceOutputs;
import io.repfold.check.Tolerance;
import io.repfold.pipeline.inputs.InputValues;
import io.repfold.runtime.HostTensor;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a model gave for some inputs, to judge others by it: another file, engine, machine or
 * release.
 *
 * @param origin where they come from
 * @param samples at least one; all have the same outputs in the same order
 * @param values of inputs that are the same at every run, and in no sample
 * @param tolerance by which others are judged unless they are asked to be judged by another
 * @param axes on which the outputs have their channels, if that is known
 * @param unit the unit roundoff of the numbers in which the model computes, such as 2^-24, if that
 *     is known; above 0 and below 1
 */
public record GoldenOutputs(
    Origin origin,
    List<Sample> samples,
    InputValues values,
    Tolerance tolerance,
    Optional<ChannelAxes> axes,
    OptionalDouble unit) {

  /**
   * The file that was run.
   *
   * @param file its name, without folders
   * @param sha256 of the file, in hexadecimal; weights in other files are not part of it
   */
  public record Model(String file, String sha256) {}

  /**
   * Where outputs come from.
   *
   * @param model empty if they were not made by an ONNX file
   * @param engine what ran it, with its version
   * @param repfold the version of repfold that recorded them, if it was one
   * @param inputs what the inputs are, for people
   * @param optimizerFails whether ONNX Runtime's optimizer fails on the model
   */
  public record Origin(
      Optional<Model> model,
      String engine,
      Optional<String> repfold,
      Optional<String> inputs,
      boolean optimizerFails) {}

  /**
   * One run. Arrays by name.
   *
   * @param name for people; empty has none but its number
   * @param outputs in the model's order, at least one
   * @param again what the same model gave when it was computed in another way; only of outputs of
   *     floating types, and empty if it was not
   * @param exact likewise, in double precision
   */
  public record Sample(
      String name,
      Map<String, HostTensor> inputs,
      Map<String, HostTensor> outputs,
      Map<String, HostTensor> again,
      Map<String, HostTensor> exact) {
    public Sample {
      inputs = ordered(inputs);
      outputs = ordered(outputs);
      again = ordered(again);
      exact = ordered(exact);
    }

    /** Keeps of what was computed again that which tells the noise: floating types, same shapes. */
    public static Sample ofRuns(
        String name,
        Map<String, HostTensor> inputs,
        Map<String, HostTensor> outputs,
        Map<String, HostTensor> again,
        Map<String, HostTensor> exact) {
      return new Sample(name, inputs, outputs, noise(again, outputs), noise(exact, outputs));
    }

    private static Map<String, HostTensor> noise(
        Map<String, HostTensor> results, Map<String, HostTensor> outputs) {
      Map<String, HostTensor> found = new LinkedHashMap<>();
      results.forEach(
          (name, tensor) -> {
            HostTensor output = outputs.get(name);
            if (output != null && SampleArrays.fits(tensor, output)) {
              found.put(name, tensor);
            }
          });
      return found;
    }

    private static Map<String, HostTensor> ordered(Map<String, HostTensor> arrays) {
      return Collections.unmodifiableMap(new LinkedHashMap<>(arrays));
    }
  }

  public GoldenOutputs {
    samples = List.copyOf(samples);
  }

  /**
   * Reads a folder after each of its files was held against its hash.
   *
   * @throws io.repfold.pipeline.PipelineException if a file was changed, is missing or belongs to
   *     nothing, or the folder is not what it should be; the message names the file
   */
  public static GoldenOutputs read(Path folder) {
    return GoldenFolder.read(folder);
  }

  /**
   * Refuses, before any work is done, what cannot become a golden folder.
   *
   * @throws io.repfold.pipeline.PipelineException as a request if the path is a file, lies in no
   *     folder, or is a folder that holds anything but golden outputs
   */
  public static void check(Path folder) {
    GoldenFolder.check(folder);
  }

  /**
   * Writes a folder, the same bytes for the same values; it appears whole or not at all. Golden
   * outputs that were there before are replaced.
   *
   * @return bytes of all files
   * @throws io.repfold.pipeline.PipelineException as {@link #check}, and if the arrays take more
   *     than can be read again
   * @throws java.io.UncheckedIOException if it cannot be written
   */
  public long write(Path folder) {
    return GoldenFolder.write(folder, this);
  }

  GoldenOutputs withSamples(List<Sample> others) {
    return new GoldenOutputs(origin, others, values, tolerance, axes, unit);
  }

  /** Whether it is known what rounding explains. */
  public boolean hasNoise() {
    return samples.stream().anyMatch(s -> !s.again().isEmpty() || !s.exact().isEmpty());
  }

  /**
   * To compare a candidate with, with the noise as far as it is known.
   *
   * @param name of the reference, for people
   * @param usual where the channels are if {@link #axes} does not say
   */
  public ReferenceOutputs reference(String name, ChannelAxes usual) {
    ChannelAxes found = axes.orElse(usual);
    List<Map<String, HostTensor>> inputs = samples.stream().map(Sample::inputs).toList();
    List<String> names = samples.stream().map(Sample::name).toList();
    ReferenceOutputs expected =
        ReferenceOutputs.of(name, inputs, samples.stream().map(Sample::outputs).toList(), names);
    expected = expected.withUnit(unit.orElse(expected.unitOfOutputs()));
    if (samples.stream().anyMatch(s -> !s.again().isEmpty())) {
      List<Map<String, HostTensor>> again = samples.stream().map(Sample::again).toList();
      expected = expected.withNoiseOf(ReferenceOutputs.of(name, inputs, again, names), found);
    }
    List<Map<String, HostTensor>> exact = samples.stream().map(Sample::exact).toList();
    return expected.withExact(exact, found);
  }
}
