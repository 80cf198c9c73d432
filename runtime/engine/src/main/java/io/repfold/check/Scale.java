package io.repfold.check;

import java.util.Optional;

/**
 * By what the errors of an output on one sample are judged: the magnitude of each part of it and
 * the noise, which is by how much the reference differs from itself.
 *
 * @param magnitudes of the reference
 * @param noise empty where it was not measured
 * @param unit the unit roundoff of the numbers in which the model computes, such as 2^-24
 * @param floor what any part may be off, in the output's own unit
 */
record Scale(PartValues magnitudes, Optional<PartValues> noise, double unit, double floor) {
  /** A part with fewer values other than zero is judged by the noise of the whole. */
  static final int FEW = 16;

  /** Units of its own magnitude that each part is taken to be off at least. */
  private static final double LEAST = 4;

  /** Units of the whole's magnitude that a part may be off where no noise was measured. */
  private static final double ASSUMED = 42;

  Scale withFloor(double other) {
    return new Scale(magnitudes, noise, unit, other);
  }

  /**
   * What a part may be off: {@link Tolerance#relative} of its magnitude, or {@link Tolerance#noise}
   * times the noise in it, if that is more, but no more than that fraction of the whole. If the
   * tolerance asks what rounding explains, also no more than that many times the noise.
   *
   * @param slicing index of it
   */
  double allowed(Tolerance tolerance, int slicing, int part) {
    double most = tolerance.relative() * magnitudes.whole();
    double noisy = tolerance.noise().orElse(Tolerance.USUAL_NOISE) * noise(slicing, part);
    double allowed;
    if (noise.isEmpty() && magnitudes.count(slicing, part) < FEW) {
      allowed = most;
    } else {
      allowed =
          Math.min(most, Math.max(tolerance.relative() * magnitudes.of(slicing, part), noisy));
    }
    if (tolerance.noise().isPresent()) {
      allowed = Math.min(allowed, explained(tolerance, slicing, part));
    }
    return Math.max(floor, allowed) + tolerance.absolute();
  }

  private double explained(Tolerance tolerance, int slicing, int part) {
    return tolerance.noise().orElseThrow() * judgedNoise(slicing, part);
  }

  /** What was measured in a part, or is assumed, in the output's own unit. */
  private double noise(int slicing, int part) {
    if (noise.isEmpty()) {
      return ASSUMED * unit * magnitudes.whole();
    }
    PartValues measured = noise.get();
    double own = measured.of(slicing, part);
    return magnitudes.count(slicing, part) < FEW ? Math.max(own, measured.whole()) : own;
  }

  /**
   * The noise by which a part is judged, in the output's own unit: what was measured in it, but no
   * less than its share of the noise of the whole and than a few roundings.
   *
   * @param slicing index of it
   */
  double judgedNoise(int slicing, int part) {
    double whole = magnitudes.whole();
    double relative = whole > 0 ? noise(0, 0) / whole : 0;
    return Math.max(
        noise(slicing, part), Math.max(LEAST * unit, relative) * magnitudes.of(slicing, part));
  }
}
