package io.repfold.fold;

import io.repfold.fold.Linearity.Linear;
import io.repfold.fold.Linearity.NotLinear;
import io.repfold.fold.Linearity.Operand;
import io.repfold.fold.Linearity.Refused;
import io.repfold.fold.Linearity.Stacked;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Each node as an affine map of its inputs, or why it is none. */
final class LinearOps {
  private final Facts facts;
  private final Graph graph;
  private final WindowedOps windows;
  private final MatrixOps matrices;
  private final IdentityHashMap<Node, Linearity> known = new IdentityHashMap<>();

  LinearOps(Facts facts) {
    this.facts = facts;
    this.graph = facts.graph();
    this.windows = new WindowedOps(facts);
    this.matrices = new MatrixOps(facts);
  }

  /** Each node is asked for more than once, and its map never changes. */
  Linearity of(Node node) {
    Linearity found = known.get(node);
    if (found == null) {
      found = find(node);
      known.put(node, found);
    }
    return found;
  }

  private Linearity find(Node node) {
    if (node.outputs().stream().filter(o -> !o.isEmpty()).count() != 1 || node.output().isEmpty()) {
      return node.op() instanceof Op.BatchNormalization ? trainingMode() : new NotLinear();
    }
    if (facts.isFusedAtRunTime(node)) {
      return new NotLinear();
    }
    if (node.op() instanceof Op.Conv conv) {
      return windows.conv(node, conv);
    }
    if (node.op() instanceof Op.BatchNormalization norm) {
      return batchNormalization(node, norm);
    }
    if (node.op() instanceof Op.AveragePool pool) {
      return windows.averagePool(node, pool);
    }
    if (node.op() instanceof Op.Pad pad) {
      return windows.pad(node, pad);
    }
    if (node.op() instanceof Op.Slice slice) {
      return windows.slice(node, slice);
    }
    if (node.op() instanceof Op.MatMul) {
      return matrices.matMul(node);
    }
    if (node.op() instanceof Op.Gemm gemm) {
      return matrices.gemm(node, gemm);
    }
    if (node.op() instanceof Op.Binary binary) {
      return binary(node, binary.function());
    }
    if (node.op() instanceof Op.Unary unary && unary.function() == Op.Unary.Function.NEG) {
      return channelwise(node, node.input(0), new double[] {-1}, new double[] {0});
    }
    if (node.op() instanceof Op.Variadic variadic) {
      return variadic(node, variadic.function());
    }
    if (node.op() instanceof Op.Concat concat) {
      return concat(node, concat);
    }
    return new NotLinear();
  }

  private Linearity variadic(Node node, Op.Variadic.Function function) {
    int count = node.inputs().size();
    if (node.inputs().stream().anyMatch(i -> graph.constant(i).isPresent())) {
      return new NotLinear();
    }
    return switch (function) {
      case SUM -> sum(node, node.inputs(), filled(count, 1));
      case MEAN -> sum(node, node.inputs(), filled(count, 1.0 / count));
      case MAX, MIN -> new NotLinear();
    };
  }

  private static Refused trainingMode() {
    return new Refused(
        "it is in training mode: its output depends on the statistics of the batch. Export the"
            + " model in inference mode");
  }

  private Linearity batchNormalization(Node node, Op.BatchNormalization norm) {
    if (norm.training()) {
      return trainingMode();
    }
    double[][] parameters = new double[4][];
    for (int i = 0; i < 4; i++) {
      Optional<Tensor> parameter = graph.constant(node.input(i + 1));
      if (parameter.isEmpty()) {
        return new Refused(facts.notConstant(node.input(i + 1)));
      }
      parameters[i] = facts.numbers(node.input(i + 1), parameter.get());
    }
    ChannelAxis axis = facts.axis(node);
    OptionalInt rank = facts.spatialRank(node.input(0), axis);
    if (rank.isEmpty()) {
      return new Refused("the rank of its input is unknown; give --shape");
    }
    if (parameters[0].length == 0) {
      return new NotLinear();
    }
    double[] factors = new double[parameters[0].length];
    double[] shift = new double[factors.length];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = parameters[0][i] / Math.sqrt(parameters[3][i] + norm.epsilon());
      shift[i] = parameters[1][i] - parameters[2][i] * factors[i];
      if (!Double.isFinite(factors[i]) || !Double.isFinite(shift[i])) {
        return new Refused(
            "channel %d has no finite scale and shift: gamma %s, beta %s, mean %s, variance %s"
                .formatted(
                    i, parameters[0][i], parameters[1][i], parameters[2][i], parameters[3][i]));
      }
    }
    return scale(node.input(0), Affine.scale(factors, shift, rank.getAsInt()), axis);
  }

  private static Linear scale(String value, Affine map, ChannelAxis axis) {
    return new Linear(List.of(new Operand(value, map)), Carrier.NONE, axis);
  }

  /** Factors and shifts of one element stand for all channels. */
  private Linearity channelwise(Node node, String value, double[] factors, double[] shift) {
    ChannelAxis axis = facts.axis(node);
    OptionalInt channels = facts.channels(value, axis);
    OptionalInt rank = facts.spatialRank(value, axis);
    if (channels.isEmpty() || rank.isEmpty()) {
      return new NotLinear();
    }
    double[] allFactors = spread(factors, channels.getAsInt());
    double[] allShifts = spread(shift, channels.getAsInt());
    return scale(value, Affine.scale(allFactors, allShifts, rank.getAsInt()), axis);
  }

  private static double[] spread(double[] values, int channels) {
    double[] all = new double[channels];
    Arrays.setAll(all, i -> values[values.length == 1 ? 0 : i]);
    return all;
  }

  private Linearity binary(Node node, Op.Binary.Function function) {
    boolean known =
        switch (function) {
          case ADD, SUB, MUL, DIV -> true;
          case POW, EQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, AND, OR -> false;
        };
    if (!known) {
      return new NotLinear();
    }
    String left = node.input(0);
    String right = node.input(1);
    Optional<Tensor> constant = graph.constant(right);
    if (constant.isPresent()) {
      return graph.constant(left).isPresent()
          ? new NotLinear()
          : withConstant(node, function, left, right, true);
    }
    constant = graph.constant(left);
    if (constant.isPresent()) {
      return withConstant(node, function, right, left, false);
    }
    return switch (function) {
      case ADD -> sum(node, List.of(left, right), 1, 1);
      case SUB -> sum(node, List.of(left, right), 1, -1);
      default -> new NotLinear();
    };
  }

  private Linearity withConstant(
      Node node, Op.Binary.Function function, String value, String constant, boolean valueFirst) {
    Optional<double[]> perChannel = perChannel(value, constant, facts.axis(node));
    if (perChannel.isEmpty()) {
      return new NotLinear();
    }
    double[] c = perChannel.get();
    double[] ones = filled(c.length, 1);
    double[] zeros = new double[c.length];
    return switch (function) {
      case ADD -> channelwise(node, value, ones, c);
      case SUB ->
          valueFirst
              ? channelwise(node, value, ones, negated(c))
              : channelwise(node, value, negated(ones), c);
      case MUL -> channelwise(node, value, c, zeros);
      case DIV ->
          !valueFirst || Arrays.stream(c).anyMatch(x -> x == 0)
              ? new NotLinear()
              : channelwise(node, value, Arrays.stream(c).map(x -> 1 / x).toArray(), zeros);
      default -> new NotLinear();
    };
  }

  private static double[] filled(int length, double value) {
    double[] values = new double[length];
    Arrays.fill(values, value);
    return values;
  }

  private static double[] negated(double[] values) {
    return Arrays.stream(values).map(x -> -x).toArray();
  }

  /** A constant that broadcasts along all axes but the channels: one number, or one a channel. */
  private Optional<double[]> perChannel(String value, String name, ChannelAxis channel) {
    Tensor constant = graph.constant(name).orElseThrow();
    OptionalInt known = facts.rank(value, channel);
    OptionalInt channels = facts.channels(value, channel);
    if (known.isEmpty() || channels.isEmpty() || !constant.type().isFloat()) {
      return Optional.empty();
    }
    int rank = known.getAsInt();
    if (constant.rank() > rank) {
      return Optional.empty();
    }
    if (constant.size() == 1) {
      return Optional.of(facts.numbers(name, constant));
    }
    int channelAxis = channel.index(rank) - (rank - constant.rank());
    for (int axis = 0; axis < constant.rank(); axis++) {
      long expected = axis == channelAxis ? channels.getAsInt() : 1;
      if (constant.dim(axis) != expected) {
        return Optional.empty();
      }
    }
    return Optional.of(facts.numbers(name, constant));
  }

  private Linearity sum(Node node, List<String> values, double... factors) {
    ChannelAxis axis = facts.axis(node);
    OptionalInt channels = facts.channels(values.get(0), axis);
    OptionalInt rank = OptionalInt.empty();
    for (String value : values) {
      // A single channel that a broadcast repeats may hide behind a symbol.
      if (!facts.channels(value, axis).equals(channels)) {
        return new NotLinear();
      }
      rank = rank.isPresent() ? rank : facts.spatialRank(value, axis);
    }
    if (channels.isEmpty() || rank.isEmpty() || mayBroadcast(values)) {
      return new NotLinear();
    }
    List<Operand> operands = new ArrayList<>();
    for (int i = 0; i < factors.length; i++) {
      double[] all = filled(channels.getAsInt(), factors[i]);
      Affine map = Affine.scale(all, new double[all.length], rank.getAsInt());
      operands.add(new Operand(values.get(i), map));
    }
    return new Linear(operands, Carrier.NONE, axis);
  }

  /**
   * Whether two operands have shapes that are known to differ: then it is a broadcast, not a sum of
   * images.
   */
  private boolean mayBroadcast(List<String> values) {
    for (String a : values) {
      for (String b : values) {
        Optional<Shape> first = facts.shape(a);
        Optional<Shape> second = facts.shape(b);
        if (first.isPresent() && second.isPresent() && surelyDiffer(first.get(), second.get())) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean surelyDiffer(Shape a, Shape b) {
    if (a.rank() != b.rank()) {
      return true;
    }
    for (int axis = 0; axis < a.rank(); axis++) {
      if (a.dim(axis) instanceof io.repfold.graph.Dim.Known x
          && b.dim(axis) instanceof io.repfold.graph.Dim.Known y
          && x.size() != y.size()) {
        return true;
      }
    }
    return false;
  }

  private Linearity concat(Node node, Op.Concat concat) {
    ChannelAxis axis = facts.axis(node);
    OptionalInt rank = facts.rank(node.input(0), axis);
    boolean channels =
        rank.isEmpty()
            ? axis == ChannelAxis.SECOND && concat.axis() == 1
            : Math.floorMod(concat.axis(), rank.getAsInt()) == axis.index(rank.getAsInt());
    return channels && node.inputs().size() > 1
        ? new Stacked(node.inputs(), axis)
        : new NotLinear();
  }
}
