package io.repfold.check;

import java.util.Map;
import java.util.Set;

/**
 * On which axis of each output the channels lie, of which the best one is a decision.
 *
 * @param byOutput where it is another axis than 1; negative ones count from behind
 * @param withoutClasses outputs of which no channel is the best one: boxes, values, images
 */
public record ChannelAxes(Map<String, Integer> byOutput, Set<String> withoutClasses) {
  private static final int USUAL_AXIS = 1;

  /** Axis 1 of every output, as in {@code [N, C, H, W]}. */
  public static final ChannelAxes USUAL = new ChannelAxes(Map.of(), Set.of());

  public ChannelAxes {
    byOutput = Map.copyOf(byOutput);
    withoutClasses = Set.copyOf(withoutClasses);
  }

  /** Where every output may have classes. */
  public ChannelAxes(Map<String, Integer> byOutput) {
    this(byOutput, Set.of());
  }

  /** Whether the best channel of an output is a decision. */
  boolean hasClasses(String output) {
    return !withoutClasses.contains(output);
  }

  /** The axis of an output of some rank, from 0; it may be beyond the rank, as 1 of a vector. */
  public int of(String output, int rank) {
    int axis = byOutput.getOrDefault(output, USUAL_AXIS);
    return axis < 0 ? axis + rank : axis;
  }
}
