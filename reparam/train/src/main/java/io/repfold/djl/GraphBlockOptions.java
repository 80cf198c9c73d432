package io.repfold.djl;

import java.util.Set;
import java.util.function.Predicate;

/**
 * How a graph is trained.
 *
 * @param frozen names of parameters that take no gradient; their batch normalizations' statistics
 *     still follow the batches, unless {@code frozenStatistics} says otherwise
 * @param frozenStatistics names of running means whose batch normalizations compute with the
 *     running statistics in training too, and leave them as they are; scale and shift still learn
 * @param constants what becomes of Constant nodes
 * @param hold names of tensors that are no parameters but constants
 * @param learn names of tensors that are parameters, although the structure of the graph shows
 *     constants; {@code hold} comes before it
 * @param channelDropouts Dropout nodes, by node name or output, that drop whole channels of an
 *     image
 */
public record GraphBlockOptions(
    Predicate<String> frozen,
    Predicate<String> frozenStatistics,
    Predicate<String> hold,
    Predicate<String> learn,
    Constants constants,
    Set<String> channelDropouts) {

  /**
   * Whether a Constant node is a weight. An initializer in a learnt place is one always; but {@link
   * io.repfold.graph.GraphBuilder} writes fixed numbers, such as the taps of an average, as
   * Constant nodes, while some exporters write nothing but Constant nodes.
   */
  public enum Constants {
    /**
     * Trained if no initializer is the kernel or matrix of a convolution, MatMul or Gemm, so that
     * the weights must be elsewhere; fixed otherwise.
     */
    AUTOMATIC,
    FIXED,
    /** Trained in the places where an initializer would be, if of more than one element. */
    TRAINED
  }

  /** All parameters learn, and no dropout drops whole channels. */
  public static final GraphBlockOptions DEFAULT =
      new GraphBlockOptions(
          name -> false,
          name -> false,
          name -> false,
          name -> false,
          Constants.AUTOMATIC,
          Set.of());

  public GraphBlockOptions {
    channelDropouts = Set.copyOf(channelDropouts);
  }

  public GraphBlockOptions withFrozen(Predicate<String> names) {
    return new GraphBlockOptions(names, frozenStatistics, hold, learn, constants, channelDropouts);
  }

  public GraphBlockOptions withFrozenStatistics(Predicate<String> runningMeans) {
    return new GraphBlockOptions(frozen, runningMeans, hold, learn, constants, channelDropouts);
  }

  /** With the statistics of all batch normalizations frozen, or of none. */
  public GraphBlockOptions withFrozenBatchNorms(boolean all) {
    return withFrozenStatistics(name -> all);
  }

  public GraphBlockOptions withHeld(Predicate<String> names) {
    return new GraphBlockOptions(
        frozen, frozenStatistics, names, learn, constants, channelDropouts);
  }

  public GraphBlockOptions withLearnt(Predicate<String> names) {
    return new GraphBlockOptions(frozen, frozenStatistics, hold, names, constants, channelDropouts);
  }

  public GraphBlockOptions withConstants(Constants value) {
    return new GraphBlockOptions(frozen, frozenStatistics, hold, learn, value, channelDropouts);
  }

  public GraphBlockOptions withChannelDropouts(Set<String> nodes) {
    return new GraphBlockOptions(frozen, frozenStatistics, hold, learn, constants, nodes);
  }
}
