package io.repfold.precision.int8;

/**
 * Rounds weights to integers so that the sum of each kernel moves by no more than half a step. An
 * image is nearly the same under neighboring taps, so that what the sum loses is lost everywhere at
 * once, while single errors cancel. Of a kernel whose sum would move further, those weights are
 * rounded the other way that were nearest to it.
 */
final class KernelRounding {
  private KernelRounding() {}

  /**
   * @param steps weights in steps of their scale, row-major; at most {@code largest} in magnitude
   * @param kernel how many elements follow each other in one kernel
   * @param largest the largest magnitude of a result, at most 127
   */
  static byte[] round(double[] steps, int kernel, int largest) {
    byte[] rounded = new byte[steps.length];
    for (int first = 0; first < steps.length; first += kernel) {
      double moved = 0;
      for (int i = first; i < first + kernel; i++) {
        rounded[i] = clamped(Math.rint(steps[i]), largest);
        moved += rounded[i] - steps[i];
      }
      while (Math.abs(moved) > 0.5 && kernel > 1) {
        int direction = moved > 0 ? -1 : 1;
        int best = nearest(steps, rounded, first, first + kernel, direction, largest);
        if (best < 0) {
          break;
        }
        rounded[best] += (byte) direction;
        moved += direction;
      }
    }
    return rounded;
  }

  private static byte clamped(double value, int largest) {
    return (byte) Math.max(-largest, Math.min(largest, value));
  }

  /** The element that gains least error by a step; -1 if none may take one. */
  private static int nearest(
      double[] steps, byte[] rounded, int from, int to, int direction, int largest) {
    int best = -1;
    double least = 1;
    for (int i = from; i < to; i++) {
      int next = rounded[i] + direction;
      double error = Math.abs(next - steps[i]);
      if (error < least && Math.abs(next) <= largest) {
        least = error;
        best = i;
      }
    }
    return best;
  }
}
