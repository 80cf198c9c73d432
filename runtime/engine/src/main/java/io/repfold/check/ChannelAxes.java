package io.repfold.check;

import java.util.Map;

/**
 * On which axis of each output the channels lie, of which the best one is a decision.
 *
 * @param byOutput where it is another axis than 1; negative ones count from behind
 */
public record ChannelAxes(Map<String, Integer> byOutput) {
  private static final int USUAL_AXIS = 1;

  /** Axis 1 of every output, as in {@code [N, C, H, W]}. */
  public static final ChannelAxes USUAL = new ChannelAxes(Map.of());

  public ChannelAxes {
    byOutput = Map.copyOf(byOutput);
  }

  /** The axis of an output of some rank, from 0; it may be beyond the rank, as 1 of a vector. */
  public int of(String output, int rank) {
    int axis = byOutput.getOrDefault(output, USUAL_AXIS);
    return axis < 0 ? axis + rank : axis;
  }
}
