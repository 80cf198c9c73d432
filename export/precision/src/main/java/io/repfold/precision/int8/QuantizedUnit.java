package io.repfold.precision.int8;

import io.repfold.graph.Node;
import java.util.List;
import java.util.Optional;

/**
 * What becomes one integer kernel: a node, and the activation behind it.
 *
 * @param core the node that computes
 * @param layer its weights; empty for a node without
 * @param role of a node without weights
 * @param operands the values that it reads, in its order; constants are not among them
 * @param end the value after the activation
 */
record QuantizedUnit(
    Node core,
    Optional<QuantizableLayer> layer,
    IntegerRole role,
    List<String> operands,
    String end) {

  /** The same, with an operand less that is read in integers. */
  QuantizedUnit without(String operand) {
    return new QuantizedUnit(
        core, layer, role, operands.stream().filter(v -> !v.equals(operand)).toList(), end);
  }
}
