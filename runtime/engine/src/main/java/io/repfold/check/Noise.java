package io.repfold.check;

import io.repfold.runtime.HostTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * By how much a reference differs from itself, computed in several ways: what rounding explains.
 */
public final class Noise {
  /** The unit roundoff of float32. */
  static final double SINGLE = 0x1p-24;

  /** Units of its magnitude that an output is taken to be off where double was not computed. */
  private static final double LEAST_WITHOUT_EXACT = 16;

  /**
   * No part is quieter than this many units of the whole: smaller numbers are what is left over.
   */
  private static final double QUIETEST = 0x1p-10;

  /** Less than this many units is no measure: both times it was computed in the same way. */
  private static final double NONE = 0.25;

  /**
   * One output on one sample.
   *
   * @param differences between two computations
   * @param magnitude the largest of the whole
   */
  record Measured(PartValues differences, double magnitude) {}

  private final double unit;
  private final List<Map<String, Measured>> own;
  private final List<Map<String, Measured>> exact;

  /**
   * @param unit the unit roundoff of the numbers in which the reference computes, such as 2^-24
   * @param own one map a sample, by output; none where nothing was measured
   * @param exact likewise, of samples that were also computed in double precision
   */
  private Noise(double unit, List<Map<String, Measured>> own, List<Map<String, Measured>> exact) {
    this.unit = unit;
    this.own = List.copyOf(own);
    this.exact = List.copyOf(exact);
  }

  Noise withUnit(double other) {
    return new Noise(other, own, exact);
  }

  Noise withOwn(List<Map<String, Measured>> measured) {
    return new Noise(unit, measured, exact);
  }

  Noise withExact(List<Map<String, Measured>> measured) {
    return new Noise(unit, own, measured);
  }

  static Noise unknown(double unit) {
    return new Noise(unit, List.of(), List.of());
  }

  /** Of outputs in one type and shape that are floating. */
  static Map<String, Measured> between(
      Map<String, HostTensor> outputs, Map<String, HostTensor> again, ChannelAxes axes) {
    Map<String, Measured> measured = new HashMap<>();
    outputs.forEach(
        (name, tensor) -> {
          HostTensor other = again.get(name);
          if (other != null
              && tensor.type().isFloating()
              && other.type().isFloating()
              && Arrays.equals(tensor.shape(), other.shape())) {
            int axis = axes.of(name, tensor.rank());
            measured.put(
                name,
                new Measured(
                    PartValues.differences(tensor, other, axis),
                    PartValues.magnitudes(tensor, axis).whole()));
          }
        });
    return measured;
  }

  /** How an output on a sample is judged. */
  Scale scale(String name, int sample, PartValues magnitudes) {
    return new Scale(magnitudes, of(name, sample, magnitudes), unit, 0);
  }

  private Optional<PartValues> of(String name, int sample, PartValues magnitudes) {
    List<double[]> values = new ArrayList<>();
    for (Slicing slicing : magnitudes.slicings()) {
      double[] parts = new double[slicing.parts()];
      Arrays.fill(parts, QUIETEST * unit * magnitudes.whole());
      values.add(parts);
    }
    measured(own, sample, name).ifPresent(m -> raise(values, magnitudes, m.differences(), 1));
    if (isFew(magnitudes)) {
      raiseWhole(values, magnitudes, own, name);
    }
    boolean known = !exact.isEmpty() && exact.stream().anyMatch(map -> map.containsKey(name));
    if (known) {
      for (Map<String, Measured> map : exact) {
        Measured m = map.get(name);
        if (m != null && m.magnitude() > 0) {
          raise(values, magnitudes, m.differences(), magnitudes.whole() / m.magnitude());
        }
      }
      raiseWhole(values, magnitudes, exact, name);
      return Optional.of(with(values, magnitudes));
    }
    double whole = values.get(0)[0];
    if (whole <= NONE * unit * magnitudes.whole()) {
      return Optional.empty();
    }
    double factor = Math.max(1, LEAST_WITHOUT_EXACT * unit * magnitudes.whole() / whole);
    for (double[] parts : values) {
      for (int i = 0; i < parts.length; i++) {
        parts[i] *= factor;
      }
    }
    return Optional.of(with(values, magnitudes));
  }

  private static PartValues with(List<double[]> values, PartValues magnitudes) {
    return new PartValues(magnitudes.slicings(), values, magnitudes.counts());
  }

  private static Optional<Measured> measured(
      List<Map<String, Measured>> samples, int sample, String name) {
    return sample < samples.size()
        ? Optional.ofNullable(samples.get(sample).get(name))
        : Optional.empty();
  }

  private static boolean isFew(PartValues magnitudes) {
    return magnitudes.count(0, 0) < Scale.FEW;
  }

  /** One value may agree by chance: few are judged by what all samples show together. */
  private static void raiseWhole(
      List<double[]> values,
      PartValues magnitudes,
      List<Map<String, Measured>> samples,
      String name) {
    double noise = 0;
    double magnitude = 0;
    for (Map<String, Measured> map : samples) {
      Measured m = map.get(name);
      if (m != null) {
        noise = Math.max(noise, m.differences().whole());
        magnitude = Math.max(magnitude, m.magnitude());
      }
    }
    if (magnitude > 0) {
      double whole = noise / magnitude * magnitudes.whole();
      values.get(0)[0] = Math.max(values.get(0)[0], whole);
    }
  }

  private static void raise(
      List<double[]> values, PartValues magnitudes, PartValues measured, double factor) {
    for (int k = 0; k < values.size(); k++) {
      for (int j = 0; j < measured.slicings().size(); j++) {
        if (magnitudes.slicings().get(k).hasPartsOf(measured.slicings().get(j))) {
          double[] parts = values.get(k);
          for (int part = 0; part < parts.length; part++) {
            parts[part] = Math.max(parts[part], factor * measured.of(j, part));
          }
        }
      }
    }
  }
}
