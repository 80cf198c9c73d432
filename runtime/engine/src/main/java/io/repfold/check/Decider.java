package io.repfold.check;

import io.repfold.runtime.HostTensor;
import java.util.Optional;

/**
 * Says what real outputs decide that have no channels to choose from, so that a share of decisions
 * can be asked of them too.
 */
@FunctionalInterface
public interface Decider {
  /** Nothing, so that such outputs are held to the bounds on errors. */
  Decider NOTHING = (output, reference, candidate) -> Optional.empty();

  /**
   * What two tensors decide.
   *
   * @param output its name
   * @param reference floating, with at least one element
   * @param candidate floating, of the same shape
   */
  Optional<Decided> decide(String output, HostTensor reference, HostTensor candidate);

  /**
   * Decisions of two tensors.
   *
   * @param what is the same where they agree: {@code the side of the threshold 0.5 is}, for example
   * @param positions decisions that were compared
   * @param disagreements those that differ
   */
  record Decided(String what, long positions, long disagreements) {}
}
