package io.repfold.fold;

import io.repfold.graph.Dim;
import io.repfold.graph.Graph;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.Shape;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * One change of a graph that keeps its meaning.
 *
 * @param name of the pass, for messages
 */
record Pass(String name, UnaryOperator<Graph> step) {
  /**
   * @throws InvalidGraphException if what is kept has another type or shape than before, or an
   *     input or output is gone; names the pass and the value
   */
  Graph run(Graph before) {
    Graph after = step.apply(before);
    check(name, before, after);
    return after;
  }

  /** Holds what a pass made against what it was given. */
  @SuppressWarnings("ReferenceEquality") // a pass that finds nothing gives its graph back
  static void check(String pass, Graph before, Graph after) {
    if (after == before) {
      return;
    }
    checkNames(pass, "inputs", before.inputs(), after.inputs());
    checkNames(pass, "outputs", before.outputs(), after.outputs());
    Map<String, Value> old = ShapeInference.infer(before);
    ShapeInference.infer(after)
        .forEach(
            (name, value) -> {
              Value was = old.get(name);
              if (was != null && contradict(was, value)) {
                throw new InvalidGraphException(
                    "Pass %s makes '%s' of '%s': this is a mistake in repfold, please report it"
                        .formatted(pass, value, was));
              }
            });
  }

  private static void checkNames(String pass, String what, List<Value> before, List<Value> after) {
    List<String> expected = before.stream().map(Value::name).toList();
    List<String> found = after.stream().map(Value::name).toList();
    if (!found.equals(expected)) {
      throw new InvalidGraphException(
          "Pass %s changes the graph's %s from %s to %s: this is a mistake in repfold, please report it"
              .formatted(pass, what, expected, found));
    }
  }

  private static boolean contradict(Value a, Value b) {
    boolean types = a.type().isPresent() && b.type().isPresent() && !a.type().equals(b.type());
    return types || contradict(a.shape(), b.shape());
  }

  private static boolean contradict(Optional<Shape> a, Optional<Shape> b) {
    if (a.isEmpty() || b.isEmpty()) {
      return false;
    }
    if (a.get().rank() != b.get().rank()) {
      return true;
    }
    for (int i = 0; i < a.get().rank(); i++) {
      if (a.get().dim(i) instanceof Dim.Known one
          && b.get().dim(i) instanceof Dim.Known other
          && one.size() != other.size()) {
        return true;
      }
    }
    return false;
  }
}
