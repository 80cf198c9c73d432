package io.repfold.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * An op with inputs that mostly, but not always, fit it.
 *
 * @param inputs null for one that is left out
 * @param parameters which of them are numbers that shapes depend on, such as pads
 * @param outputs how many it names
 */
record RandomNode(Op op, List<@Nullable NdArray> inputs, List<Boolean> parameters, int outputs) {
  static RandomNode of(Op op, NdArray... inputs) {
    RandomNode node = new RandomNode(op, new ArrayList<>(), new ArrayList<>(), 1);
    for (NdArray input : inputs) {
      node.with(input);
    }
    return node;
  }

  /** The same with another input at the end. */
  RandomNode with(@Nullable NdArray input) {
    inputs.add(input);
    parameters.add(false);
    return this;
  }

  /** The same with an input at the end that shapes depend on. */
  RandomNode withParameter(@Nullable NdArray input) {
    inputs.add(input);
    parameters.add(true);
    return this;
  }

  RandomNode withOutputs(int count) {
    return new RandomNode(op, inputs, parameters, count);
  }

  /** Input {@code i} has the name {@code i0}, {@code i1}, ...; outputs are {@code o0}, ... */
  Node node() {
    return new Node(
        "n",
        op,
        IntStream.range(0, inputs.size())
            .mapToObj(i -> inputs.get(i) == null ? "" : "i" + i)
            .toList(),
        IntStream.range(0, outputs).mapToObj(i -> "o" + i).toList());
  }

  @Override
  public String toString() {
    List<String> shown = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      NdArray input = inputs.get(i);
      boolean few = input != null && parameters.get(i);
      shown.add(few ? input + "=" + Arrays.toString(input.data()) : "" + input);
    }
    return op + " of " + shown + ", " + outputs + " outputs";
  }
}
