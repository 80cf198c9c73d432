package io.repfold.fold;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.OpKind;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the way of a scale to the convolutions or products that take it in, through ops that let it
 * pass. All parts of it must arrive; a value on the way must have no other reader that would
 * notice.
 */
final class ScaleRoutes {
  /** More scales in a row than these are not looked through. */
  private static final int MOST_SCALES = 8;

  /** The longest way that a scale goes. */
  private static final int MOST_PASSED = 256;

  private final Facts facts;
  private final Graph graph;
  private final LinearOps linearOps;
  private final ScaleMoves moves;
  private final Set<String> blocked;
  private final FoldedEnds ends;

  /**
   * @param blocked values that must be computed by the node that is there
   * @param ends of what is going to be written, as far as that is known
   */
  ScaleRoutes(Facts facts, Set<String> blocked, FoldedEnds ends) {
    this.facts = facts;
    this.graph = facts.graph();
    this.linearOps = new LinearOps(facts);
    this.moves = new ScaleMoves(facts);
    this.blocked = blocked;
    this.ends = ends;
  }

  /**
   * The way of a node that scales, if something lies between it and what could take it in; empty if
   * it is no scale, or is taken in where it stands. A plan with an obstacle is none.
   */
  Optional<ScalePlan> of(Node node) {
    Optional<Scale> scale = scale(node);
    if (scale.isEmpty() || scale.get().isIdentity() || blocked.contains(node.output())) {
      return Optional.empty();
    }
    String before = data(node);
    Optional<Node> producer = graph.producer(before);
    boolean hasDirect =
        ends.before(node.output()).isPresent()
            || ends.behind(before).isPresent() && isReadOnce(before)
            || producer.isPresent()
                && isReadOnce(before)
                && takesBehind(producer.get(), before, scale.get())
            || onlyReader(node.output())
                .filter(r -> takesBefore(r, node.output(), scale.get()))
                .isPresent();
    if (hasDirect) {
      return Optional.empty();
    }
    ScalePlan plan = new ScalePlan(node, before, true);
    if (producer.isPresent() && mayPass(producer.get())) {
      if (back(before, node, scale.get(), plan)) {
        if (plan.pays()) {
          return Optional.of(plan);
        }
        plan.fail("several nodes would have to take its place");
      }
    }
    Optional<Node> reader = onlyReader(node.output());
    boolean mayGo =
        reader.isPresent()
            ? mayPassForward(reader.get())
            : allTakeBefore(node.output(), scale.get());
    if (mayGo) {
      ScalePlan ahead = new ScalePlan(node, before, false);
      if (ahead(node.output(), scale.get(), ahead) && ahead.pays()) {
        return Optional.of(ahead);
      }
    }
    return plan.obstacle().isEmpty() ? Optional.empty() : Optional.of(plan);
  }

  /** The value that a node scales. */
  private String data(Node node) {
    Optional<FoldedEnds.Scaled> several = ends.scaled(node.output());
    if (several.isPresent()) {
      return several.get().source();
    }
    return graph.constant(node.input(0)).isPresent() ? node.input(1) : node.input(0);
  }

  private boolean mayPass(Node node) {
    if (node.op() instanceof Op.Binary) {
      return spatialConstant(node).isPresent()
          || sum(node).stream()
              .flatMap(l -> l.operands().stream())
              .flatMap(o -> graph.producer(o.value()).stream())
              .anyMatch(p -> !(p.op() instanceof Op.Binary) && mayPass(p));
    }
    return mayPassForward(node) || node.op() instanceof Op.MaxPool;
  }

  private static boolean mayPassForward(Node node) {
    Op op = node.op();
    return switch (OpKind.of(op)) {
      case RESHAPES, JOINS, RESIZES, REARRANGES -> true;
      default ->
          op instanceof Op.Transpose
              || op instanceof Op.Split
              || op instanceof Op.Slice
              || op instanceof Op.Pad
              || op instanceof Op.AveragePool
              || op instanceof Op.GlobalAveragePool
              || op instanceof Op.Reduce;
    };
  }

  private Optional<Linearity.Linear> sum(Node node) {
    return linearOps.of(node) instanceof Linearity.Linear linear
            && linear.isSum()
            && linear.operands().get(0).map().isIdentity()
        ? Optional.of(linear)
        : Optional.empty();
  }

  /** What a node does to each element of its input, if that is to scale it. */
  private Optional<Scale> scale(Node node) {
    Optional<Shape> shape = node.inputs().isEmpty() ? Optional.empty() : facts.shape(node.output());
    Optional<FoldedEnds.Scaled> several = ends.scaled(node.output());
    if (shape.isPresent() && shape.get().rank() >= 2 && several.isPresent()) {
      return Optional.of(Scale.of(several.get().map(), several.get().axis(), shape.get().rank()));
    }
    Optional<Linearity.Linear> linear =
        shape.filter(known -> known.rank() >= 2).isPresent() ? single(node) : Optional.empty();
    return linear
        .filter(Linearity.Linear::isScale)
        .map(l -> Scale.of(l.map(), l.axis(), shape.orElseThrow().rank()));
  }

  private Optional<Node> onlyReader(String value) {
    List<Node> readers = graph.readers(value);
    return graph.isOutput(value)
            || readers.isEmpty()
            || !readers.stream().allMatch(readers.get(0)::equals)
        ? Optional.empty()
        : Optional.of(readers.get(0));
  }

  private boolean isReadOnce(String value) {
    return onlyReader(value).isPresent();
  }

  private boolean back(String value, Node reader, Scale scale, ScalePlan plan) {
    if (scale.isIdentity()) {
      return true;
    }
    if (graph.isOutput(value)) {
      return plan.fail("'%s' is also a graph output".formatted(value));
    }
    for (Node other : graph.readers(value)) {
      if (!other.equals(reader) && !isUntouched(other, value, scale)) {
        return plan.fail("'%s' is also read by %s".formatted(value, other.describe()));
      }
    }
    Optional<Node> producer = graph.producer(value);
    if (producer.isEmpty()) {
      return plan.fail("'%s' is an input of the graph".formatted(value));
    }
    if (blocked.contains(value)
        || blocked.stream().anyMatch(b -> b.startsWith(value + MovedScales.SCALED))
        || plan.landings().containsKey(value)
        || plan.passed().contains(value)) {
      return plan.fail("'%s' must stay as it is".formatted(value));
    }
    Node node = producer.get();
    if (takesBehind(node, value, scale)) {
      return plan.land(value, scale, needsAddition(node, scale));
    }
    if (plan.passed().size() == MOST_PASSED) {
      return plan.fail("the way is too long");
    }
    plan.passed().add(value);
    Optional<Linearity.Linear> sum = sum(node);
    if (sum.isPresent()) {
      return backThroughSum(node, sum.get(), scale, plan);
    }
    Optional<Tensor> constant = spatialConstant(node);
    if (constant.isPresent()) {
      return backThroughConstant(node, constant.get(), scale, plan);
    }
    Optional<Map<String, Scale>> before = moves.backward(node, value, scale);
    if (before.isEmpty()) {
      return plan.fail(
          mayPass(node)
              ? "its numbers a channel cannot be told apart before %s".formatted(node.describe())
              : "%s lets no scale pass".formatted(node.describe()));
    }
    for (Map.Entry<String, Scale> part : before.get().entrySet()) {
      ScalePlan soFar = plan.copy();
      if (!back(part.getKey(), node, part.getValue(), plan)) {
        boolean mayStandAlone =
            node.op() instanceof Op.Concat
                && part.getValue().varies(1)
                && part.getValue().variesOnlyAlong(1)
                && graph.producer(part.getKey()).isPresent()
                && isReadOnce(part.getKey());
        if (!mayStandAlone) {
          return false;
        }
        plan.reset(soFar);
        plan.standAlone(part.getKey(), part.getValue());
        if (!plan.mayPay()) {
          return false;
        }
      }
    }
    return true;
  }

  /** {@code s (a + b) + t = (s a + t) + s b}. */
  private boolean backThroughSum(Node node, Linearity.Linear sum, Scale scale, ScalePlan plan) {
    Set<String> values = new HashSet<>();
    for (Linearity.Operand operand : sum.operands()) {
      boolean first = values.isEmpty();
      if (!values.add(operand.value())
          || !sameShape(operand.value(), node.output())
          || !back(operand.value(), node, first ? scale : scale.withoutShift(), plan)) {
        return plan.fail("%s adds what is no convolution".formatted(node.describe()));
      }
    }
    return true;
  }

  private boolean sameShape(String a, String b) {
    Optional<Shape> shape = facts.shape(a);
    return shape.isPresent() && facts.shape(b).filter(shape.get()::surelyEquals).isPresent();
  }

  /** The constant that an Add or Sub has for each position, and not only for each channel. */
  private Optional<Tensor> spatialConstant(Node node) {
    if (!(node.op() instanceof Op.Binary binary)
        || binary.function() != Op.Binary.Function.ADD
            && binary.function() != Op.Binary.Function.SUB
        || facts.isFusedAtRunTime(node)
        || linearOps.of(node) instanceof Linearity.Linear) {
      return Optional.empty();
    }
    Optional<Tensor> constant = graph.constant(node.input(1));
    boolean swapped = constant.isEmpty() && binary.function() == Op.Binary.Function.ADD;
    return (swapped ? graph.constant(node.input(0)) : constant)
        .filter(c -> c.type().isFloat() && c.size() <= Scale.LARGEST)
        .filter(c -> sameShape(data(node), node.output()))
        .filter(c -> c.rank() <= facts.shape(node.output()).orElseThrow().rank());
  }

  /** {@code s (x + k) + t = s x + (s k + t)}, and {@code s (x - k) + t = s x - (s k - t)}. */
  private boolean backThroughConstant(Node node, Tensor constant, Scale scale, ScalePlan plan) {
    int[] dims = new int[scale.rank()];
    Arrays.fill(dims, 1);
    int offset = dims.length - constant.rank();
    for (int axis = 0; axis < constant.rank(); axis++) {
      dims[offset + axis] = Math.toIntExact(constant.dim(axis));
    }
    if (Tensor.count(Scale.longs(scale.broadcast(dims))) > Scale.LARGEST) {
      return plan.fail("the constant of %s would become too large".formatted(node.describe()));
    }
    boolean minus = ((Op.Binary) node.op()).function() == Op.Binary.Function.SUB;
    Scale applied = minus ? scale.withNegatedShift() : scale;
    int input = graph.constant(node.input(0)).isPresent() ? 0 : 1;
    double[] numbers = facts.numbers(node.input(input), constant);
    plan.constants()
        .put(
            node,
            new ScalePlan.NewConstant(
                input, scale.broadcast(dims), applied.appliedTo(numbers, dims)));
    return back(data(node), node, scale.withoutShift(), plan);
  }

  /** Whether a reader reads only what the scale leaves as it is. */
  private boolean isUntouched(Node reader, String value, Scale scale) {
    boolean picks = reader.op() instanceof Op.Slice || reader.op() instanceof Op.Split;
    return picks
        && moves
            .forward(reader, value, scale)
            .filter(parts -> parts.values().stream().allMatch(Scale::isIdentity))
            .isPresent();
  }

  /**
   * Whether a scale behind a value becomes part of the node that makes the value, or of the one
   * before the scales that make it.
   */
  private boolean takesBehind(Node node, String value, Scale scale) {
    Optional<Node> at = Optional.of(node);
    String made = value;
    for (int i = 0; i < MOST_SCALES && at.isPresent(); i++) {
      if (ends.behind(made).isPresent()) {
        return scale.variesOnlyAlong(ends.behind(made).get().axis().index(scale.rank()));
      }
      Optional<Linearity.Linear> linear = single(at.get());
      if (linear.isEmpty() || linear.get().carrier().contracts()) {
        return contractsBehind(at.get(), linear, made, scale);
      }
      made = linear.get().operands().get(0).value();
      ChannelAxis axis = linear.get().axis();
      at =
          linear.get().isScale() && isReadOnce(made)
              ? graph.producer(made).filter(p -> facts.axis(p) == axis)
              : Optional.empty();
    }
    return false;
  }

  private boolean contractsBehind(
      Node node, Optional<Linearity.Linear> linear, String value, Scale scale) {
    if (node.op() instanceof Op.ConvTranspose) {
      return scale.variesOnlyAlong(1)
          && graph.constant(node.input(1)).filter(w -> w.type().isFloat()).isPresent()
          && (node.input(2).isEmpty() || graph.constant(node.input(2)).isPresent());
    }
    return linear.isPresent()
        && !(node.op() instanceof Op.AveragePool)
        && !blocked.contains(value)
        && scale.variesOnlyAlong(linear.get().axis().index(scale.rank()));
  }

  /** A node as a map of one value. */
  private Optional<Linearity.Linear> single(Node node) {
    return linearOps.of(node) instanceof Linearity.Linear linear && !linear.isSum()
        ? Optional.of(linear)
        : Optional.empty();
  }

  /** Whether a MatMul would need an Add for a shift that it has not got yet. */
  private boolean needsAddition(Node node, Scale scale) {
    return node.op() instanceof Op.MatMul
        && !scale.hasNoShift()
        && onlyReader(node.output())
            .filter(
                r ->
                    r.op() instanceof Op.Binary binary
                        && binary.function() == Op.Binary.Function.ADD
                        && scale(r).isPresent())
            .isEmpty();
  }

  private boolean ahead(String value, Scale scale, ScalePlan plan) {
    Optional<FoldedEnds.End> end = ends.before(value);
    if (end.isPresent() && takes(end.get(), scale)) {
      return plan.land(value, scale, false);
    }
    Optional<Node> reader = onlyReader(value);
    if (reader.isEmpty()) {
      return allTakeBefore(value, scale)
          ? landBeforeAll(value, scale, plan)
          : plan.fail("'%s' is read by several".formatted(value));
    }
    Node node = reader.get();
    if (takesBefore(node, value, scale)) {
      return plan.land(value, scale, needsAddition(node, scale));
    }
    Optional<Map<String, Scale>> behind =
        node.inputs().stream().filter(value::equals).count() == 1
            ? moves.forward(node, value, scale)
            : Optional.empty();
    if (behind.isEmpty()) {
      return plan.fail("%s lets no scale pass".formatted(node.describe()));
    }
    for (Map.Entry<String, Scale> part : behind.get().entrySet()) {
      if (part.getValue().isIdentity()) {
        continue;
      }
      if (plan.passed().size() == MOST_PASSED) {
        return plan.fail("the way is too long");
      }
      plan.passed().add(part.getKey());
      if (!ahead(part.getKey(), part.getValue(), plan)) {
        return false;
      }
    }
    return true;
  }

  /** Whether each of several readers takes the scale in, so that nobody else needs it. */
  private boolean allTakeBefore(String value, Scale scale) {
    List<Node> readers = graph.readers(value);
    return !graph.isOutput(value)
        && readers.size() > 1
        && new HashSet<>(readers).size() == readers.size()
        && readers.stream().allMatch(reader -> takesBefore(reader, value, scale));
  }

  private boolean landBeforeAll(String value, Scale scale, ScalePlan plan) {
    graph.readers(value).forEach(reader -> plan.land(value, scale, needsAddition(reader, scale)));
    return true;
  }

  /**
   * Whether a scale before a value's reader becomes part of the reader, or of the one behind the
   * scales that read the value; these must be taken in as well.
   */
  private boolean takesBefore(Node node, String value, Scale scale) {
    Optional<Node> at = Optional.of(node);
    String read = value;
    Scale all = scale;
    for (int i = 0; i < MOST_SCALES && at.isPresent(); i++) {
      Optional<Linearity.Linear> linear =
          at.get().outputs().isEmpty() || blocked.contains(at.get().output())
              ? Optional.empty()
              : single(at.get());
      if (linear.isEmpty() || !linear.get().operands().get(0).value().equals(read)) {
        return false;
      }
      if (linear.get().carrier().contracts()) {
        FoldedEnds.End end = new FoldedEnds.End(linear.get().map(), linear.get().axis());
        return !(at.get().op() instanceof Op.AveragePool) && takes(end, all);
      }
      ChannelAxis axis = linear.get().axis();
      if (!linear.get().isScale() || !scale.variesOnlyAlong(axis.index(scale.rank()))) {
        return false;
      }
      Affine map = linear.get().map();
      all = all.then(Scale.of(map, axis, scale.rank()));
      read = at.get().output();
      at = onlyReader(read).filter(r -> facts.axis(r) == axis);
    }
    return false;
  }

  private static boolean takes(FoldedEnds.End end, Scale scale) {
    int axis = end.axis().index(scale.rank());
    if (!scale.variesOnlyAlong(axis)) {
      return false;
    }
    Scale full = scale.spread(axis, end.map().weights().in());
    return Affine.scale(full.factors(), full.shifts(), end.map().rank())
        .obstacleTo(end.map())
        .isEmpty();
  }
}
