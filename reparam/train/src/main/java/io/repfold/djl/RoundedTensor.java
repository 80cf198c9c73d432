package io.repfold.djl;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import java.util.List;
import java.util.Optional;

/**
 * Real numbers that a graph rounds to integers and makes real numbers again, as layers of quantized
 * networks read them:
 *
 * <pre>
 *   DequantizeLinear(QuantizeLinear(x, s, z), s, z)                 an activation, or a weight
 *   DequantizeLinear(Clip(QuantizeLinear(w, s, z), -127, 127), s, z)  a weight of fewer steps
 *   DequantizeLinear(Cast(Round(Div(b, s))), s)                      a bias in INT32
 * </pre>
 *
 * @param real the value that is rounded
 * @param integers what it becomes
 * @param rounding the QuantizeLinear, or the Div by the steps; its input 1 are the steps
 * @param clip the node that bounds the integers further, if there is one
 */
public record RoundedTensor(String real, String integers, Node rounding, Optional<Node> clip) {
  /** What a node makes real again, if it was rounded; empty for other nodes. */
  public static Optional<RoundedTensor> readBy(Graph graph, Node node) {
    if (!(node.op() instanceof Op.DequantizeLinear)) {
      return Optional.empty();
    }
    String integers = node.input(0);
    return producer(graph, integers, RoundedTensor::isToInteger)
        .flatMap(cast -> producer(graph, cast.input(0), RoundedTensor::isRound))
        .flatMap(round -> producer(graph, round.input(0), RoundedTensor::isDivision))
        .map(steps -> new RoundedTensor(steps.input(0), integers, steps, Optional.empty()))
        .or(() -> quantized(graph, integers));
  }

  private static Optional<RoundedTensor> quantized(Graph graph, String integers) {
    Optional<Node> clip = producer(graph, integers, op -> op instanceof Op.Clip);
    return producer(
            graph,
            clip.map(node -> node.input(0)).orElse(integers),
            op -> op instanceof Op.QuantizeLinear)
        .map(quantize -> new RoundedTensor(quantize.input(0), integers, quantize, clip));
  }

  private static Optional<Node> producer(
      Graph graph, String value, java.util.function.Predicate<Op> kind) {
    return graph.producer(value).filter(node -> kind.test(node.op()));
  }

  private static boolean isDivision(Op op) {
    return op instanceof Op.Binary binary && binary.function() == Op.Binary.Function.DIV;
  }

  private static boolean isRound(Op op) {
    return op instanceof Op.Opaque opaque
        && opaque.domain().isEmpty()
        && opaque.type().equals("Round");
  }

  private static boolean isToInteger(Op op) {
    return op instanceof Op.Cast cast && cast.to() == ElementType.INT32;
  }

  /**
   * Whether a node is a Round or Cast between real numbers and a DequantizeLinear, so that a
   * gradient goes through it.
   */
  static boolean isPassed(Graph graph, Node node) {
    if (node.outputs().isEmpty() || !(isRound(node.op()) || isToInteger(node.op()))) {
      return false;
    }
    List<Node> readers = graph.readers(node.output());
    return !readers.isEmpty()
        && !graph.isOutput(node.output())
        && readers.stream()
            .allMatch(
                reader ->
                    isRound(node.op())
                        ? isToInteger(reader.op()) && isPassed(graph, reader)
                        : readBy(graph, reader)
                            .filter(rounded -> rounded.integers().equals(node.output()))
                            .isPresent());
  }
}
