package io.repfold.fold;

import io.repfold.graph.Dim;
import io.repfold.graph.Graph;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.Shape;
import io.repfold.graph.Value;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One change of a graph that keeps its meaning.
 *
 * @param name of the pass, for messages
 */
record Pass(String name, Function<Facts, Graph> step) {
  /** Runs passes one after the other, and holds what each made against what it was given. */
  static final class Runner {
    private Facts facts;

    /**
     * @throws InvalidGraphException if shapes contradict each other; names the node
     */
    Runner(Graph graph) {
      this(new Facts(graph, OpenSizes.inferred(graph)));
    }

    Runner(Facts facts) {
      this.facts = facts;
    }

    /** What the passes made so far. */
    Graph graph() {
      return facts.graph();
    }

    /** What is known of {@link #graph()}. */
    Facts facts() {
      return facts;
    }

    /**
     * @throws InvalidGraphException as {@link #made}
     */
    void run(Pass pass) {
      made(pass.name(), pass.step().apply(facts));
    }

    /**
     * Takes what a pass made.
     *
     * @throws InvalidGraphException if what is kept has another type or shape than before, or an
     *     input or output is gone; names the pass and the value
     */
    @SuppressWarnings("ReferenceEquality") // a pass that finds nothing gives its graph back
    void made(String pass, Graph after) {
      if (after != graph()) {
        made(pass, facts.of(after, OpenSizes.inferred(after)));
      }
    }

    /** As {@link #made(String, Graph)}, where what is known of the graph was found out already. */
    @SuppressWarnings("ReferenceEquality") // as above
    void made(String pass, Facts after) {
      if (after.graph() != graph()) {
        check(pass, facts, after);
      }
      facts = after;
    }
  }

  private static void check(String pass, Facts before, Facts after) {
    checkNames(pass, "inputs", before.graph().inputs(), after.graph().inputs());
    checkNames(pass, "outputs", before.graph().outputs(), after.graph().outputs());
    after
        .values()
        .forEach(
            (name, value) -> {
              Value was = before.values().get(name);
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
