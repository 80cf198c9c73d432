package io.repfold.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Reads a node and collects the nodes that it is made of. Messages leave out the node.
 *
 * <p>Numbers are double constants on the right of what they are combined with, so that the result
 * has the type of the node's first input.
 */
final class Composer {
  private final Node node;
  private final List<@Nullable Value> inputs;
  private final int opset;
  private final Map<String, Object> attributes;
  private final Set<String> unread;
  private final FreeNames taken;
  private final List<Node> parts = new ArrayList<>();

  Composer(Node node, List<@Nullable Value> inputs, int opset) {
    this.node = node;
    this.inputs = inputs;
    this.opset = opset;
    this.attributes = node.op() instanceof Op.Opaque opaque ? opaque.attributes() : Map.of();
    this.unread = new TreeSet<>(attributes.keySet());
    this.taken = FreeNames.besides(node.inputs());
    this.taken.takeAll(node.outputs());
  }

  int opset() {
    return opset;
  }

  void require(int since, int least, int most) {
    Check.that(opset >= since, "its form before opset %d has no meaning here", since);
    Check.that(inputs.size() <= most, "it takes up to %d inputs, got %d", most, inputs.size());
    for (int i = 0; i < least; i++) {
      Check.that(has(i), "input %d is missing", i);
    }
  }

  /** The nodes, the last of which define the node's outputs. */
  List<Node> finished(List<String> values) {
    Check.that(unread.isEmpty(), "attributes %s have no meaning here", unread);
    for (int i = 0; i < node.outputs().size(); i++) {
      if (wants(i)) {
        Check.that(i < values.size(), "output %d cannot be computed", i);
        define(node.outputs().get(i), new Op.Identity(), values.get(i));
      }
    }
    return parts;
  }

  boolean wants(int output) {
    return output < node.outputs().size() && !node.outputs().get(output).isEmpty();
  }

  boolean has(int input) {
    return !node.input(input).isEmpty();
  }

  int inputs() {
    return inputs.size();
  }

  String input(int index) {
    return node.input(index);
  }

  int rank(int index) {
    return dims(index).size();
  }

  List<Dim> dims(int index) {
    return value(index)
        .shape()
        .orElseThrow(
            () -> new InvalidGraphException("the rank of input %d is not known".formatted(index)))
        .dims();
  }

  ElementType type(int index) {
    return value(index)
        .type()
        .orElseThrow(
            () ->
                new InvalidGraphException(
                    "the element type of input %d is not known".formatted(index)));
  }

  private Value value(int index) {
    Value value = inputs.get(index);
    if (value == null) {
      throw new InvalidGraphException("input %d is missing".formatted(index));
    }
    return value;
  }

  void requireReal() {
    Check.that(type(0).isFloat(), "it is computed of real numbers only, not of %s", type(0));
  }

  private <T> Optional<T> attribute(String name, Class<T> type) {
    unread.remove(name);
    Object value = attributes.get(name);
    Check.that(
        value == null || type.isInstance(value),
        "attribute '%s' has no meaning here: %s",
        name,
        value);
    return Optional.ofNullable(value).map(type::cast);
  }

  double real(String name, double otherwise) {
    return attribute(name, Float.class).map(Float::doubleValue).orElse(otherwise);
  }

  long integer(String name, long otherwise) {
    return attribute(name, Long.class).orElse(otherwise);
  }

  boolean flag(String name, boolean otherwise) {
    return integer(name, otherwise ? 1 : 0) != 0;
  }

  String text(String name, String otherwise) {
    return attribute(name, String.class).orElse(otherwise);
  }

  Optional<List<Integer>> integers(String name) {
    return attribute(name, List.class)
        .map(
            list -> {
              List<Integer> integers = new ArrayList<>();
              for (Object item : list) {
                Check.that(
                    item instanceof Long, "attribute '%s' must hold integers, got %s", name, list);
                integers.add(Math.toIntExact((Long) item));
              }
              return integers;
            });
  }

  Optional<float[]> reals(String name) {
    return attribute(name, List.class)
        .map(
            list -> {
              float[] reals = new float[list.size()];
              for (int i = 0; i < reals.length; i++) {
                Check.that(
                    list.get(i) instanceof Float,
                    "attribute '%s' must hold numbers, got %s",
                    name,
                    list);
                reals[i] = (Float) list.get(i);
              }
              return reals;
            });
  }

  /** An attribute that changes nothing here. */
  void ignore(String name) {
    unread.remove(name);
  }

  String add(Op op, String... from) {
    return define(taken.fresh(node.output() + "/" + parts.size()), op, from);
  }

  private String define(String name, Op op, String... from) {
    String label = node.name().isEmpty() ? node.output() : node.name();
    parts.add(new Node(label, op, Arrays.asList(from), List.of(name)));
    return name;
  }

  String unary(Op.Unary.Function function, String x) {
    return add(new Op.Unary(function), x);
  }

  String binary(Op.Binary.Function function, String a, String b) {
    return add(new Op.Binary(function), a, b);
  }

  String plus(String a, String b) {
    return binary(Op.Binary.Function.ADD, a, b);
  }

  String minus(String a, String b) {
    return binary(Op.Binary.Function.SUB, a, b);
  }

  String times(String a, String b) {
    return binary(Op.Binary.Function.MUL, a, b);
  }

  String over(String a, String b) {
    return binary(Op.Binary.Function.DIV, a, b);
  }

  String plus(String a, double b) {
    return plus(a, number(b));
  }

  String times(String a, double b) {
    return times(a, number(b));
  }

  /** A real number; only where the type of the first input is known. */
  String number(double value) {
    type(0);
    return add(new Op.Constant(Tensor.ofDoubles(ElementType.DOUBLE, new double[] {value})));
  }

  /** Sizes, axes or indices. */
  String longs(long... values) {
    return add(new Op.Constant(Tensor.ofLongs(values, values.length)));
  }

  String longs(List<Integer> values) {
    return longs(values.stream().mapToLong(Integer::longValue).toArray());
  }

  /** A condition as 0 or 1 of the first input's type. */
  String indicator(String condition) {
    return add(new Op.Cast(type(0)), condition);
  }

  String reduce(Op.Reduce.Function function, String x, List<Integer> axes) {
    return add(new Op.Reduce(function, Optional.of(axes), true, true), x);
  }

  String reshape(String x, String shape) {
    return add(new Op.Reshape(false), x, shape);
  }

  /** A value in the shape of another one. */
  String reshapeLike(String x, String model) {
    return reshape(x, add(new Op.ShapeOf(0, Optional.empty()), model));
  }

  /** The sizes of axes {@code from} to before {@code to}. */
  String sizes(String x, int from, int to) {
    return add(new Op.ShapeOf(from, Optional.of(to)), x);
  }

  String concat(String... parts) {
    return add(new Op.Concat(0), parts);
  }

  /** Axes {@code from} to before {@code to}. */
  static List<Integer> range(int from, int to) {
    List<Integer> axes = new ArrayList<>();
    for (int axis = from; axis < to; axis++) {
      axes.add(axis);
    }
    return axes;
  }

  /**
   * A function of a sum that is not negative, which is 0 at 0 and 1 at 1 and has no slope at 0,
   * such as the square root: with {@code z = 1} where the sum is 0 and else 0, {@code f(sum + z) -
   * z}. So the gradient at 0 is a number and not NaN.
   */
  String rooted(String sum, UnaryOperator<String> function) {
    String zero = indicator(binary(Op.Binary.Function.EQUAL, sum, number(0)));
    return minus(function.apply(plus(sum, zero)), zero);
  }

  String squareRoot(String sum) {
    return rooted(sum, s -> unary(Op.Unary.Function.SQRT, s));
  }
}
