package io.repfold.pipeline.compare;

import static java.util.Objects.requireNonNull;

import io.repfold.check.Tolerance;
import io.repfold.runtime.HostTensor;
import java.util.Map;

/**
 * Whether the last bits of an input decide what a model answers. So it is where a model goes by the
 * larger of two values that are equal but for rounding, as unpooling does on an image of one color:
 * there two right models differ, and a comparison shows nothing.
 */
final class LastBits {
  private static final double MOST = Tolerance.NETWORK.relative();

  /** What an input that changes by two roundings of 1 moves the answer to usual inputs by. */
  private static final double PASSED_ON = 64 * 0x1p-22;

  private LastBits() {}

  /**
   * @param result by output
   * @param beside the same for an input that differs in last bits
   * @param usual the same for an input of values around 1, whose magnitudes tell what a network
   *     without such decisions does to a small change
   */
  static boolean decide(
      Map<String, HostTensor> result,
      Map<String, HostTensor> beside,
      Map<String, HostTensor> usual) {
    return result.entrySet().stream()
        .filter(entry -> entry.getValue().type().isFloating())
        .anyMatch(
            entry ->
                decide(
                    entry.getValue(),
                    requireNonNull(beside.get(entry.getKey())),
                    magnitude(requireNonNull(usual.get(entry.getKey())))));
  }

  private static boolean decide(HostTensor result, HostTensor beside, double usual) {
    if (result.size() != beside.size()) {
      return true;
    }
    double moved = 0;
    for (int i = 0; i < result.size(); i++) {
      moved = Math.max(moved, Math.abs(result.get(i) - beside.get(i)));
    }
    return moved > MOST * magnitude(result) && moved > PASSED_ON * usual;
  }

  private static double magnitude(HostTensor tensor) {
    double largest = 0;
    for (int i = 0; i < tensor.size(); i++) {
      largest = Math.max(largest, Math.abs(tensor.get(i)));
    }
    return largest;
  }
}
