package io.repfold.check;

import java.util.List;
import java.util.Optional;

/**
 * The tensors inside two networks, compared in the order in which they are computed.
 *
 * @param results in that order
 * @param skipped names that only one side has, or none
 */
public record TensorByTensor(List<OutputResult> results, List<String> skipped) {
  public TensorByTensor {
    results = List.copyOf(results);
    skipped = List.copyOf(skipped);
  }

  /** Where the networks part; empty when they never do. */
  public Optional<OutputResult> firstDifferent() {
    return results.stream().filter(result -> !result.verdict().isEquivalent()).findFirst();
  }
}
