package io.repfold.check;

import io.repfold.runtime.Engine;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.Inputs;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * What a reference makes of some inputs. With it, a candidate is compared after the reference is
 * closed, so that only one of two large models is loaded at a time.
 *
 * @param reference the model and its backend
 * @param inputs by name, one map a run
 * @param outputs by name, one map a run
 * @param names of the runs, for people; empty ones have none but their number
 * @param noise by how much the reference differs from itself, as far as that was measured
 */
public record ReferenceOutputs(
    String reference,
    List<Map<String, HostTensor>> inputs,
    List<Map<String, HostTensor>> outputs,
    List<String> names,
    Noise noise) {
  public ReferenceOutputs {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    names = List.copyOf(names);
  }

  /**
   * Runs the reference.
   *
   * @throws IllegalArgumentException if there is no input: then nothing would be proved
   * @throws io.repfold.runtime.EngineException if a run fails
   */
  public static ReferenceOutputs of(Engine reference, List<Map<String, HostTensor>> inputs) {
    if (inputs.isEmpty()) {
      throw new IllegalArgumentException("There is no input to compare the networks on");
    }
    List<Map<String, HostTensor>> outputs = new ArrayList<>();
    inputs.forEach(sample -> outputs.add(reference.run(sample)));
    return of(reference.toString(), inputs, outputs, Collections.nCopies(inputs.size(), ""));
  }

  /**
   * Of outputs that are there already.
   *
   * @param reference the model and its backend
   * @param names one a run; may be empty
   */
  public static ReferenceOutputs of(
      String reference,
      List<Map<String, HostTensor>> inputs,
      List<Map<String, HostTensor>> outputs,
      List<String> names) {
    return new ReferenceOutputs(reference, inputs, outputs, names, Noise.unknown(Noise.SINGLE));
  }

  /** What the same model gave in another way, judged by the noise of this. */
  public ReferenceOutputs withOutputsOf(ReferenceOutputs other) {
    return new ReferenceOutputs(other.reference, inputs, other.outputs, names, noise);
  }

  /**
   * The same, computing in numbers of this unit roundoff: 2^-11 for a model with float16 values.
   *
   * @param unit above 0 and below 1
   */
  public ReferenceOutputs withUnit(double unit) {
    return new ReferenceOutputs(reference, inputs, outputs, names, noise.withUnit(unit));
  }

  /**
   * The same, with the noise that shows when the same model computes the same inputs in another
   * way.
   *
   * @param again what it gave then
   */
  public ReferenceOutputs withNoiseOf(ReferenceOutputs again, ChannelAxes axes) {
    List<Map<String, Noise.Measured>> measured = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      measured.add(Noise.between(outputs.get(i), again.outputs.get(i), axes));
    }
    return new ReferenceOutputs(reference, inputs, outputs, names, noise.withOwn(measured));
  }

  /** The unit roundoff of the narrowest floating type of an output, at least that of float32. */
  public double unitOfOutputs() {
    return outputs.stream()
        .flatMap(sample -> sample.values().stream())
        .mapToDouble(Comparison::unit)
        .reduce(Noise.SINGLE, Math::max);
  }

  /**
   * The same, with the noise that shows when the same model is computed in double precision.
   *
   * @param results of {@link #exactly}, which stand for all other runs; none if it was not
   */
  public ReferenceOutputs withExact(List<Map<String, HostTensor>> results, ChannelAxes axes) {
    List<Map<String, Noise.Measured>> measured = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      measured.add(Noise.between(outputs.get(i), results.get(i), axes));
    }
    return new ReferenceOutputs(reference, inputs, outputs, names, noise.withExact(measured));
  }

  /**
   * What a model in double precision gives for the first inputs.
   *
   * @throws io.repfold.runtime.EngineException if a run fails
   */
  public List<Map<String, HostTensor>> exactly(Engine exact, int samples) {
    return inputs.stream()
        .limit(samples)
        .map(sample -> exact.run(Inputs.rounded(sample, exact)))
        .toList();
  }
}
