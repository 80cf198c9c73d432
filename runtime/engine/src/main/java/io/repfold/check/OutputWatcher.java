package io.repfold.check;

import io.repfold.runtime.HostTensor;
import java.util.List;
import java.util.Map;

/** Sees the outputs of two networks while they are compared, before they are let go of. */
@FunctionalInterface
public interface OutputWatcher {
  /** Looks at nothing. */
  OutputWatcher NOBODY = (sample, label, reference, candidate, results) -> {};

  /**
   * Both networks ran a sample.
   *
   * @param sample index of it, from 0
   * @param label for people, such as {@code sample 0}
   * @param reference its outputs by name
   * @param candidate its outputs, under the reference's names if other names are allowed
   * @param results how each output compares
   */
  void compared(
      int sample,
      String label,
      Map<String, HostTensor> reference,
      Map<String, HostTensor> candidate,
      List<OutputResult> results);
}
