package io.repfold.graph;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One application of an op. Edges are names.
 *
 * @param name may be empty, as in ONNX; need not be unique
 * @param inputs value names in the op's order; the empty string stands for an optional input that
 *     is left out
 * @param outputs value names in the op's order; the empty string stands for an output that is not
 *     wanted
 */
public record Node(String name, Op op, List<String> inputs, List<String> outputs) {
  public Node {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof Node node
            && outputs.equals(node.outputs)
            && inputs.equals(node.inputs)
            && name.equals(node.name)
            && op.equals(node.op));
  }

  /** Of the outputs alone, which tell the nodes of a graph apart. */
  @Override
  public int hashCode() {
    return outputs.hashCode();
  }

  /** The name of optional input {@code index}, or the empty string if it is left out. */
  public String input(int index) {
    return index < inputs.size() ? inputs.get(index) : "";
  }

  /** The first output. */
  public String output() {
    return outputs.get(0);
  }

  /** For messages: the op and the node's name, or its first output if it has none. */
  public String describe() {
    String label = !name.isEmpty() ? name : outputs.isEmpty() ? "?" : output();
    return op.type() + " '" + label + "'";
  }
}
