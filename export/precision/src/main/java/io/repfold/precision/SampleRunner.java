package io.repfold.precision;

import io.repfold.graph.Graph;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Set;

/**
 * Runs graphs over one and the same list of samples. What runs them is up to the caller: a runtime,
 * or the interpreter.
 */
@FunctionalInterface
public interface SampleRunner {
  /**
   * Runs a graph on each sample, in the same order every time.
   *
   * @param values of the graph; not only outputs
   * @param most of the samples; the first ones
   * @param sink takes the values of one sample after the other. Where they do not fit into memory
   *     at once, all samples are run several times and each time give some of the values; those
   *     that are outputs come together
   */
  void run(Graph graph, Set<String> values, int most, Sink sink);

  /** Takes what one sample gave. */
  @FunctionalInterface
  interface Sink {
    /**
     * @param values by name, not always all of them; they may be overwritten when this returns
     */
    void accept(int sample, Map<String, Computed> values);
  }

  /**
   * A tensor that a run gave; integers and truth values are given as floats.
   *
   * @param data row-major, from position to limit
   * @param real whether its element type is a real one
   */
  record Computed(FloatBuffer data, boolean real, long... shape) {}
}
