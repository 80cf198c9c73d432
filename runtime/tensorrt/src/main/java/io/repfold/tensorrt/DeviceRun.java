package io.repfold.tensorrt;

import io.repfold.runtime.BoundRun;
import java.util.List;
import java.util.Optional;

/** A bound run on a GPU: with its own context and stream, so that several run at once. */
public interface DeviceRun extends BoundRun {
  /**
   * Why the run is no CUDA graph, and so somewhat slower; empty if it is one.
   *
   * <p>The most frequent reason is that none was asked for.
   */
  Optional<String> withoutGraph();

  /**
   * Inputs and outputs whose memory could not be pinned, and which are copied more slowly for that.
   * The memory of {@link io.repfold.runtime.HostTensor#wrap} can be, if it has its pages for
   * itself.
   */
  List<String> notPinned();
}
