package io.repfold.fold;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * A value as a polynomial of another one, element by element, of degree 3 at most; its nodes add,
 * subtract, multiply and divide by single numbers, and add and multiply such values.
 *
 * @param coefficients of the powers 0 to 3
 * @param nodes those that compute it
 * @param constantRank the rank of the number that has most axes
 */
record Polynomial(double[] coefficients, Set<Node> nodes, int constantRank) {
  static final int DEGREE = 3;

  /** Nodes from a value back to the variable, at most. */
  private static final int DEEPEST = 6;

  private static Polynomial of(double... coefficients) {
    double[] all = java.util.Arrays.copyOf(coefficients, DEGREE + 1);
    return new Polynomial(all, Set.of(), 0);
  }

  /** Empty if the value is no such polynomial of the variable. */
  static Optional<Polynomial> of(Graph graph, String value, String variable) {
    return of(graph, value, variable, DEEPEST);
  }

  private static Optional<Polynomial> of(Graph graph, String value, String variable, int depth) {
    if (value.equals(variable)) {
      return Optional.of(of(0, 1));
    }
    Optional<Tensor> constant = graph.constant(value).filter(t -> t.size() == 1);
    if (constant.isPresent()) {
      return constant
          .filter(t -> t.type().isFloat())
          .map(t -> new Polynomial(of(t.doubleAt(0)).coefficients, Set.of(), t.rank()));
    }
    Optional<Node> node = graph.producer(value);
    if (depth == 0 || node.isEmpty() || !(node.get().op() instanceof Op.Binary binary)) {
      return Optional.empty();
    }
    Optional<Polynomial> first = of(graph, node.get().input(0), variable, depth - 1);
    Optional<Polynomial> second =
        first.flatMap(f -> of(graph, node.get().input(1), variable, depth - 1));
    return second.flatMap(s -> first.orElseThrow().with(binary.function(), s, node.get()));
  }

  private Optional<Polynomial> with(Op.Binary.Function function, Polynomial other, Node node) {
    Optional<double[]> result =
        switch (function) {
          case ADD -> Optional.of(plus(other, 1));
          case SUB -> Optional.of(plus(other, -1));
          case MUL -> times(other.coefficients);
          case DIV -> other.number().stream().boxed().findFirst().flatMap(n -> times(1 / n));
          case POW -> other.number().stream().boxed().findFirst().flatMap(this::power);
          case EQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, AND, OR -> Optional.empty();
        };
    Set<Node> all = new LinkedHashSet<>(nodes);
    all.addAll(other.nodes);
    all.add(node);
    return result.map(c -> new Polynomial(c, all, Math.max(constantRank, other.constantRank)));
  }

  /** The number that it is whatever the variable is. */
  OptionalDouble number() {
    for (int power = 1; power <= DEGREE; power++) {
      if (coefficients[power] != 0) {
        return OptionalDouble.empty();
      }
    }
    return OptionalDouble.of(coefficients[0]);
  }

  /** Whether it is the variable times a number other than 0. */
  boolean isMultiple() {
    return coefficients[0] == 0
        && coefficients[1] != 0
        && coefficients[2] == 0
        && coefficients[DEGREE] == 0;
  }

  private double[] plus(Polynomial other, int sign) {
    double[] sum = coefficients.clone();
    for (int power = 0; power <= DEGREE; power++) {
      sum[power] += sign * other.coefficients[power];
    }
    return sum;
  }

  private Optional<double[]> times(double... other) {
    double[] product = new double[DEGREE + 1];
    for (int i = 0; i <= DEGREE; i++) {
      for (int j = 0; j < other.length; j++) {
        double part = coefficients[i] * other[j];
        if (part != 0 && i + j > DEGREE) {
          return Optional.empty();
        }
        if (part != 0) {
          product[i + j] += part;
        }
      }
    }
    return Optional.of(product);
  }

  private Optional<double[]> power(double exponent) {
    if (exponent != 2 && exponent != DEGREE) {
      return Optional.empty();
    }
    Optional<double[]> square = times(coefficients);
    return exponent == 2 ? square : square.flatMap(s -> times(s));
  }

  /** Whether each coefficient is one of these, but for a share of it. */
  boolean isNear(double share, double... expected) {
    for (int power = 0; power <= DEGREE; power++) {
      double number = power < expected.length ? expected[power] : 0;
      if (!isNear(coefficients[power], number, share)) {
        return false;
      }
    }
    return true;
  }

  static boolean isNear(double a, double b, double share) {
    return Math.abs(a - b) <= share * Math.abs(b);
  }

  /** The values from which one may be computed so, the nearest first; the value itself too. */
  static List<String> variables(Graph graph, String value) {
    Set<String> found = new LinkedHashSet<>(List.of(value));
    List<String> last = List.of(value);
    for (int depth = 0; depth < DEEPEST && !last.isEmpty(); depth++) {
      List<String> next = new ArrayList<>();
      for (String at : last) {
        Optional<Node> node = graph.producer(at).filter(n -> n.op() instanceof Op.Binary);
        node.ifPresent(
            n ->
                n.inputs().stream()
                    .filter(i -> graph.constant(i).isEmpty() && found.add(i))
                    .forEach(next::add));
      }
      last = next;
    }
    return List.copyOf(found);
  }
}
