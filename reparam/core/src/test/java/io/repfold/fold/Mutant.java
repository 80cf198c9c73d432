package io.repfold.fold;

import io.repfold.blocks.RandomGraph;
import io.repfold.blocks.RandomGraphs;
import io.repfold.blocks.RepKind;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Window;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/** Graphs as a wrong fold would read them: mistakes that converters were seen to make, or could. */
@SuppressWarnings("ImmutableEnumChecker") // The lambdas have no state.
enum Mutant {
  NO_EPSILON(norms((edit, norm) -> edit.setEpsilon(norm, 0))),
  EPSILON_GLOBAL(norms((edit, norm) -> edit.setEpsilon(norm, 1e-5))),
  EPSILON_OUTSIDE_THE_ROOT(
      norms(
          (edit, norm) ->
              edit.eachChannel(
                  norm,
                  c -> c.variance = Math.pow(Math.sqrt(c.variance) + c.epsilon, 2) - c.epsilon))),
  SCALE_BY_VARIANCE(
      norms(
          (edit, norm) ->
              edit.eachChannel(
                  norm, c -> c.variance = Math.pow(c.variance + c.epsilon, 2) - c.epsilon))),
  GAMMA_DROPPED(norms((edit, norm) -> edit.eachChannel(norm, c -> c.gamma = 1))),
  BETA_DROPPED(norms((edit, norm) -> edit.eachChannel(norm, c -> c.beta = 0))),
  MEAN_DROPPED(norms((edit, norm) -> edit.eachChannel(norm, c -> c.mean = 0))),
  MEAN_SIGN(norms((edit, norm) -> edit.eachChannel(norm, c -> c.mean = -c.mean))),
  /** The inner bias of 1x1, k x k does not pass through the k x k. */
  INNER_SHIFT_DROPPED(norms(Mutant::dropInnerShift)),
  BIAS_DROPPED(RandomGraphs::sum, convolutions(Mutant::dropBias)),
  /** {@code b' = b + beta - mean t} instead of {@code b t + ...}. */
  BIAS_NOT_SCALED(RandomGraphs::sum, norms(Mutant::addBiasAfterwards)),
  /** The norm's factors scale the columns of the weight instead of its rows. */
  SCALE_ON_INPUT_AXIS(norms(Mutant::scaleColumns)),
  KERNEL_FLIPPED(convolutions(Mutant::flip)),
  KERNEL_TRANSPOSED(convolutions(Mutant::transposeKernel)),
  CHANNELS_TRANSPOSED(convolutions(Mutant::transposeChannels)),
  GROUPS_ROTATED(convolutions(Mutant::rotateGroups)),
  DILATION_IGNORED(first(convolutions(Mutant::ignoreDilation))),
  POINTWISE_OFF_CENTER(first(convolutions(Mutant::movePointwise))),
  /** The center of an even kernel is k / 2 instead of (k - 1) / 2. */
  EVEN_CENTER_WRONG(convolutions(Mutant::moveEvenKernel)),
  STRIDE_OFF_BY_ONE(convolutions(Mutant::moveStrided)),
  PADS_SWAPPED_ENDS(convolutions(Mutant::swapEnds)),
  PADS_SWAPPED_AXES(RandomGraphs::sum, convolutions(Mutant::swapAxes)),
  /** The border is 0 instead of BN(0). */
  PAD_AFTER_NORM(norms(Mutant::padAfterwards)),
  IDENTITY_WRONG_CHANNEL(of(RepKind.REPVGG), norms((edit, norm) -> rotateIdentity(edit, norm, 1))),
  IDENTITY_WRONG_GROUP(of(RepKind.REPVGG), norms(Mutant::rotateIdentityGroups)),
  AVERAGE_COUNT_WRONG(of(RepKind.DBB), Mutant::divideByHeight),
  AVERAGE_PADS_NOT_COUNTED(RandomGraphs::chain, Mutant::leavePadsUncounted),
  SUM_COUNTS_TWICE(first(sums(Mutant::addTwice))),
  BRANCH_FORGOTTEN(first(sums(Mutant::forget))),
  DIFFERENCE_AS_SUM(RandomGraphs::chain, Mutant::addInstead);

  /** A change of a graph at one node, where the node is of the kind. */
  private interface Change {
    void at(GraphEdit edit, Node node);
  }

  private final LongFunction<RandomGraph> source;
  private final Change change;

  Mutant(Change change) {
    this(RandomGraphs::block, change);
  }

  Mutant(LongFunction<RandomGraph> source, Change change) {
    this.source = source;
    this.change = change;
  }

  /** A random graph of a kind that has what the mutant changes. */
  RandomGraph original(long seed) {
    return source.apply(seed);
  }

  /** The changed graph, or nothing if nothing changes. */
  Optional<Graph> of(Graph graph) {
    GraphEdit edit = new GraphEdit(graph);
    graph.nodes().forEach(node -> change.at(edit, node));
    Graph changed = edit.build();
    return changed.equals(graph) ? Optional.empty() : Optional.of(changed);
  }

  private static LongFunction<RandomGraph> of(RepKind kind) {
    return seed -> RandomGraphs.block(kind, seed, ElementType.DOUBLE);
  }

  private static Change norms(Change change) {
    return onlyAt(Op.BatchNormalization.class, change);
  }

  private static Change convolutions(Change change) {
    return onlyAt(Op.Conv.class, change);
  }

  private static Change sums(Change change) {
    return (edit, node) -> {
      if (node.op().equals(new Op.Binary(Op.Binary.Function.ADD))) {
        change.at(edit, node);
      }
    };
  }

  private static Change onlyAt(Class<? extends Op> kind, Change change) {
    return (edit, node) -> {
      if (kind.isInstance(node.op())) {
        change.at(edit, node);
      }
    };
  }

  /** At the first node only at which it changes something. */
  private static Change first(Change change) {
    return (edit, node) -> {
      if (edit.isUnchanged()) {
        change.at(edit, node);
      }
    };
  }

  private static void dropInnerShift(GraphEdit edit, Node norm) {
    boolean inner =
        edit.graph().readers(norm.output()).stream()
            .anyMatch(r -> r.op() instanceof Op.Conv || r.op() instanceof Op.AveragePool);
    if (inner) {
      edit.eachChannel(
          norm,
          c -> {
            c.beta = 0;
            c.mean = 0;
          });
    }
  }

  private static void dropBias(GraphEdit edit, Node conv) {
    if (!conv.input(2).isEmpty()) {
      edit.replaceInputs(conv, conv.input(0), conv.input(1));
    }
  }

  private static void addBiasAfterwards(GraphEdit edit, Node norm) {
    Optional<Node> conv = edit.graph().producer(norm.input(0));
    if (conv.isPresent() && !conv.get().input(2).isEmpty()) {
      double[] bias = edit.constant(conv.get().input(2)).toDoubles();
      List<GraphEdit.Channel> channels = edit.channels(norm);
      IntStream.range(0, bias.length).forEach(c -> channels.get(c).beta += bias[c]);
      dropBias(edit, conv.get());
      edit.setChannels(norm, channels);
    }
  }

  private static void scaleColumns(GraphEdit edit, Node norm) {
    Optional<Node> conv =
        edit.graph().producer(norm.input(0)).filter(n -> n.op() instanceof Op.Conv);
    if (conv.isEmpty()) {
      return;
    }
    Tensor weight = edit.constant(conv.get().input(1));
    int columns = (int) weight.dim(1);
    if (weight.dim(0) != columns || columns == 1) {
      return;
    }
    double[] values = weight.toDoubles();
    List<GraphEdit.Channel> channels = edit.channels(norm);
    int taps = values.length / columns / columns;
    for (int i = 0; i < values.length; i++) {
      values[i] *= channels.get(i / taps % columns).factor();
    }
    edit.set(conv.get().input(1), values, weight.dims());
    edit.eachChannel(
        norm,
        c -> {
          c.beta -= c.mean * c.factor();
          c.mean = 0;
          c.gamma = 1;
          c.variance = 1 - c.epsilon;
        });
  }

  private static int index(Tensor weight, int out, int column, int row, int col) {
    return (int) (((out * weight.dim(1) + column) * weight.dim(2) + row) * weight.dim(3) + col);
  }

  private static void flip(GraphEdit edit, Node conv) {
    Tensor w = edit.constant(conv.input(1));
    int lastRow = (int) w.dim(2) - 1;
    int lastCol = (int) w.dim(3) - 1;
    edit.rearrange(conv, (o, c, h, k) -> index(w, o, c, lastRow - h, lastCol - k));
  }

  private static void transposeKernel(GraphEdit edit, Node conv) {
    Tensor w = edit.constant(conv.input(1));
    if (w.dim(2) == w.dim(3)) {
      edit.rearrange(conv, (o, c, h, k) -> index(w, o, c, k, h));
    }
  }

  private static void transposeChannels(GraphEdit edit, Node conv) {
    Tensor w = edit.constant(conv.input(1));
    if (w.dim(0) == w.dim(1)) {
      edit.rearrange(conv, (o, c, h, k) -> index(w, c, o, h, k));
    }
  }

  private static void rotateGroups(GraphEdit edit, Node conv) {
    Tensor w = edit.constant(conv.input(1));
    int outputs = (int) w.dim(0);
    int perGroup = outputs / ((Op.Conv) conv.op()).groups();
    edit.rearrange(conv, (o, c, h, k) -> index(w, (o + perGroup) % outputs, c, h, k));
  }

  /** Taps stay around the center tap, and pads are such that the shape stays. */
  private static void ignoreDilation(GraphEdit edit, Node conv) {
    Op.Conv op = (Op.Conv) conv.op();
    Tensor weight = edit.constant(conv.input(1));
    int[] pads = pads(op);
    for (int axis = 0; axis < 2; axis++) {
      int taps = (int) weight.dim(axis + 2);
      int center = (taps - 1) / 2;
      pads[axis] -= (op.window().dilation(axis) - 1) * center;
      pads[axis + 2] -= (op.window().dilation(axis) - 1) * (taps - 1 - center);
    }
    boolean reaches = weight.dim(2) > 1 || weight.dim(3) > 1;
    if (reaches && Arrays.stream(pads).allMatch(p -> p >= 0)) {
      Window window =
          Window.of(op.window().strides(), List.of(1, 1), Arrays.stream(pads).boxed().toList());
      edit.replaceOp(conv, new Op.Conv(window, op.groups()));
    }
  }

  private static int[] pads(Op.Conv op) {
    Window window = op.window();
    return new int[] {window.padBegin(0), window.padBegin(1), window.padEnd(0), window.padEnd(1)};
  }

  /** One pixel up. */
  private static void movePointwise(GraphEdit edit, Node conv) {
    Tensor weight = edit.constant(conv.input(1));
    if (weight.dim(2) != 1 || weight.dim(3) != 1) {
      return;
    }
    double[] point = weight.toDoubles();
    double[] values = new double[point.length * 3];
    IntStream.range(0, point.length).forEach(i -> values[3 * i] = point[i]);
    int[] pads = pads((Op.Conv) conv.op());
    edit.set(conv.input(1), values, weight.dim(0), weight.dim(1), 3, 1);
    edit.setPads(conv, pads[0] + 1, pads[1], pads[2] + 1, pads[3]);
  }

  private static void moveEvenKernel(GraphEdit edit, Node conv) {
    Tensor weight = edit.constant(conv.input(1));
    int dilation = ((Op.Conv) conv.op()).window().dilation(0);
    int[] pads = pads((Op.Conv) conv.op());
    if (weight.dim(2) % 2 == 0 && pads[2] >= dilation) {
      edit.setPads(conv, pads[0] + dilation, pads[1], pads[2] - dilation, pads[3]);
    }
  }

  private static void moveStrided(GraphEdit edit, Node conv) {
    int[] pads = pads((Op.Conv) conv.op());
    if (((Op.Conv) conv.op()).window().stride(1) > 1 && pads[1] >= 1) {
      edit.setPads(conv, pads[0], pads[1] - 1, pads[2], pads[3] + 1);
    }
  }

  private static void swapEnds(GraphEdit edit, Node conv) {
    int[] pads = pads((Op.Conv) conv.op());
    edit.setPads(conv, pads[2], pads[3], pads[0], pads[1]);
  }

  /** Where the shape stays. */
  private static void swapAxes(GraphEdit edit, Node conv) {
    int[] pads = pads((Op.Conv) conv.op());
    if (pads[0] + pads[2] == pads[1] + pads[3]) {
      edit.setPads(conv, pads[1], pads[0], pads[3], pads[2]);
    }
  }

  private static void padAfterwards(GraphEdit edit, Node norm) {
    Optional<Node> pad = edit.graph().producer(norm.input(0)).filter(n -> n.op() instanceof Op.Pad);
    if (pad.isPresent()) {
      List<String> normed = new java.util.ArrayList<>(norm.inputs());
      normed.set(0, pad.get().input(0));
      edit.replace(
          pad.get(), new Node(norm.name(), norm.op(), normed, List.of(pad.get().output())));
      edit.replace(
          norm,
          new Node(
              pad.get().name(),
              pad.get().op(),
              List.of(pad.get().output(), pad.get().input(1)),
              norm.outputs()));
    }
  }

  /** An identity branch is a norm of the block's input. */
  private static void rotateIdentity(GraphEdit edit, Node norm, int by) {
    int channels = (int) edit.constant(norm.input(1)).size();
    if (!edit.graph().isInput(norm.input(0)) || by % channels == 0) {
      return;
    }
    double[] values = new double[channels * channels];
    IntStream.range(0, channels).forEach(c -> values[c * channels + (c + by) % channels] = 1);
    String rotated = norm.output() + ".rotated";
    edit.set(rotated + ".weight", values, channels, channels, 1, 1);
    List<String> inputs = new java.util.ArrayList<>(norm.inputs());
    inputs.set(0, rotated);
    edit.replace(
        norm,
        new Node(
            rotated,
            new Op.Conv(Window.DEFAULT, 1),
            List.of(norm.input(0), rotated + ".weight"),
            List.of(rotated)),
        new Node(norm.name(), norm.op(), inputs, norm.outputs()));
  }

  private static void rotateIdentityGroups(GraphEdit edit, Node norm) {
    int groups =
        edit.graph().nodes().stream()
            .filter(n -> n.op() instanceof Op.Conv)
            .mapToInt(n -> ((Op.Conv) n.op()).groups())
            .max()
            .orElse(1);
    int channels = (int) edit.constant(norm.input(1)).size();
    if (groups > 1 && channels % groups == 0) {
      rotateIdentity(edit, norm, channels / groups);
    }
  }

  private static void divideByHeight(GraphEdit edit, Node node) {
    if (node.op() instanceof Op.Conv && edit.graph().producer(node.input(1)).isPresent()) {
      Tensor taps = edit.constant(node.input(1));
      double[] values = Arrays.stream(taps.toDoubles()).map(tap -> tap * taps.dim(3)).toArray();
      edit.set(node.input(1), values, taps.dims());
    } else if (node.op() instanceof Op.AveragePool pool && pool.kernel().get(1) > 1) {
      String average = node.output() + ".average";
      edit.set(average + ".width", new double[] {pool.kernel().get(1)}, 1);
      edit.replace(
          node,
          new Node(average, pool, node.inputs(), List.of(average)),
          new Node(
              node.name(),
              new Op.Binary(Op.Binary.Function.MUL),
              List.of(average, average + ".width"),
              node.outputs()));
    }
  }

  private static void leavePadsUncounted(GraphEdit edit, Node node) {
    if (node.op() instanceof Op.AveragePool pool
        && pool.countIncludePad()
        && pool.window().pads().stream().anyMatch(p -> p > 0)) {
      edit.replaceOp(
          node, new Op.AveragePool(pool.kernel(), pool.window(), pool.ceilMode(), false));
    }
  }

  private static void addTwice(GraphEdit edit, Node sum) {
    String once = sum.output() + ".once";
    edit.replace(
        sum,
        new Node(once, sum.op(), sum.inputs(), List.of(once)),
        new Node(sum.name(), sum.op(), List.of(once, sum.input(1)), sum.outputs()));
  }

  private static void forget(GraphEdit edit, Node sum) {
    edit.replace(
        sum, new Node(sum.name(), new Op.Identity(), List.of(sum.input(0)), sum.outputs()));
  }

  private static void addInstead(GraphEdit edit, Node node) {
    if (node.op().equals(new Op.Binary(Op.Binary.Function.SUB))) {
      edit.replaceOp(node, new Op.Binary(Op.Binary.Function.ADD));
    }
  }
}
