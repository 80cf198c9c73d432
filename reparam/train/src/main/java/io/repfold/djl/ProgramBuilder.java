package io.repfold.djl;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import io.repfold.graph.Decomposition;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Integers;
import io.repfold.graph.Interpreter;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.NdArray;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes a graph ready for the shapes of given inputs, and runs it on them on the way: each node's
 * step is made when the shapes of its inputs are there.
 *
 * <p>What depends on shapes and constants only is computed by the core, rounded after each node as
 * a runtime does.
 */
final class ProgramBuilder {
  /** A step with the slots that it reads and writes; -1 for an output that is not wanted. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Planned(Node node, Step step, int[] operands, int[] results, boolean lasting) {}

  /**
   * @param outputs of the run that made it
   */
  record Result(Program program, NDList outputs) {}

  /** Zero padding that waits for its batch normalization. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Border(Operand image, long[] pads) {}

  private final Graph graph;
  private final GraphBlockOptions options;
  private final NDManager constants;
  private final NDManager pass;
  private final boolean training;
  private final List<@Nullable PtNDArray> slots = new ArrayList<>();
  private final List<Boolean> lasts = new ArrayList<>();
  private final Map<String, Border> borders = new HashMap<>();
  private final Map<NdArray, Integer> onDevice = new HashMap<>();
  private final List<Planned> planned = new ArrayList<>();

  /** By name; inside a node with parts, those that its parts can read. */
  private Map<String, Operand> values = new HashMap<>();

  /** The node whose part is planned. */
  private @Nullable Node whole;

  private ProgramBuilder(
      Graph graph,
      GraphBlockOptions options,
      NDManager constants,
      NDManager pass,
      boolean training) {
    this.graph = graph;
    this.options = options;
    this.constants = constants;
    this.pass = pass;
    this.training = training;
  }

  /**
   * @param parameters by name, in the order of the program's slots
   * @param constants owns what lasts as long as the program
   */
  static Result build(
      Graph graph,
      GraphBlockOptions options,
      List<String> parameters,
      PtNDArray[] arrays,
      List<Value> inputs,
      NDManager constants,
      NDManager pass,
      boolean training) {
    ProgramBuilder builder = new ProgramBuilder(graph, options, constants, pass, training);
    for (int i = 0; i < arrays.length; i++) {
      boolean parameter = i < parameters.size();
      String name = parameter ? parameters.get(i) : inputs.get(i - parameters.size()).name();
      builder.values.put(name, builder.add(arrays[i], parameter));
    }
    return builder.run(arrays.length);
  }

  private Operand add(@Nullable PtNDArray array, boolean lasting) {
    slots.add(array);
    lasts.add(lasting);
    long[] dims = array == null ? new long[0] : array.getShape().getShape();
    return Operand.device(slots.size() - 1, dims);
  }

  private Result run(int given) {
    for (Map.Entry<String, io.repfold.graph.Tensor> entry : graph.initializers().entrySet()) {
      if (!values.containsKey(entry.getKey()) && entry.getValue().type().isNumeric()) {
        values.put(entry.getKey(), Operand.host(NdArray.of(entry.getValue())));
      }
    }
    for (Node node : graph.nodes()) {
      try {
        plan(node);
      } catch (InvalidGraphException e) {
        throw named(node, e);
      }
    }
    int[] outputs = new int[graph.outputs().size()];
    for (int i = 0; i < outputs.length; i++) {
      Operand output = java.util.Objects.requireNonNull(values.get(graph.outputs().get(i).name()));
      outputs[i] = output.host() == null ? output.slot() : constant(output.host());
    }
    PtNDArray[] all = slots.toArray(new PtNDArray[0]);
    NDList results = Program.outputs(all, outputs);
    @Nullable PtNDArray[] fixed = new PtNDArray[all.length];
    boolean[] kept = new boolean[all.length];
    for (int slot : outputs) {
      kept[slot] = true;
    }
    for (int i = given; i < all.length; i++) {
      if (lasts.get(i)) {
        fixed[i] = all[i];
      } else if (!kept[i] && all[i] != null) {
        all[i].close();
      }
    }
    return new Result(Program.of(constants, planned, fixed, given, outputs), results);
  }

  private void plan(Node node) {
    boolean passed = RoundedTensor.isPassed(graph, node) && isOnDevice(node.input(0));
    if (!passed && (node.op() instanceof Op.Opaque || Decomposition.isKnown(node.op()))) {
      planParts(node);
      return;
    }
    if (isKnown(node)) {
      return;
    }
    List<@Nullable Operand> inputs = new ArrayList<>();
    for (String name : node.inputs()) {
      inputs.add(name.isEmpty() ? null : values.get(name));
    }
    if (BorderRule.mayJoin(graph, node, this::dims) && waits(node, inputs)) {
      return;
    }
    if (node.op() instanceof Op.Identity) {
      values.put(node.output(), java.util.Objects.requireNonNull(inputs.get(0)));
      return;
    }
    Border border = node.inputs().isEmpty() ? null : borders.get(node.input(0));
    if (border != null) {
      inputs.set(0, border.image);
    }
    Lowering lowering =
        new Lowering(
            node,
            inputs,
            options,
            this::constant,
            value -> graph.constant(LearnedTensors.source(graph, value)).isPresent(),
            border == null ? null : border.pads);
    Step step = passed ? lowering.passed() : node.op().accept(lowering);
    int[] operands = lowering.slots();
    int[] results = new int[node.outputs().size()];
    for (int i = 0; i < results.length; i++) {
      results[i] = node.outputs().get(i).isEmpty() ? -1 : add(null, false).slot();
    }
    boolean lasting = operands.length > 0 && lasts.get(operands[0]);
    Node shown = whole == null ? node : whole;
    Planned plan = new Planned(shown, step, operands, results, lasting);
    PtNDArray[] all = slots.toArray(new PtNDArray[0]);
    Program.apply(shown, step, operands, results, lasting, all, pass, training);
    for (int i = 0; i < results.length; i++) {
      if (results[i] >= 0) {
        PtNDArray array = all[results[i]];
        slots.set(results[i], array);
        values.put(node.outputs().get(i), Operand.device(results[i], array.getShape().getShape()));
      }
    }
    planned.add(plan);
  }

  private boolean isOnDevice(String value) {
    Operand operand = values.get(value);
    return operand != null && operand.host() == null;
  }

  /** Plans what computes the same as a node, of which messages name the node. */
  private void planParts(Node node) {
    Map<String, Operand> outer = values;
    Map<String, Operand> inner = new HashMap<>();
    List<@Nullable Value> known = new ArrayList<>();
    for (String name : node.inputs()) {
      Operand operand = name.isEmpty() ? null : outer.get(name);
      known.add(operand == null ? null : value(name, operand));
      if (operand != null) {
        inner.put(name, operand);
      }
    }
    Decomposition decomposition = Decomposition.of(node, known, graph.opset());
    if (decomposition instanceof Decomposition.Refused refused) {
      throw new InvalidGraphException(
          refused.because()
              + "; so it cannot be trained: replace it, or train the part of the graph before it");
    }
    values = inner;
    whole = node;
    try {
      for (Node part : ((Decomposition.Parts) decomposition).nodes()) {
        planPart(part, node);
      }
    } finally {
      values = outer;
      whole = null;
    }
    for (String output : node.outputs()) {
      if (!output.isEmpty()) {
        values.put(output, java.util.Objects.requireNonNull(inner.get(output)));
      }
    }
  }

  private void planPart(Node part, Node node) {
    try {
      plan(part);
    } catch (InvalidGraphException e) {
      boolean named = String.valueOf(e.getMessage()).startsWith(node.describe());
      throw named ? e : named(part, e);
    }
  }

  private Value value(String name, Operand operand) {
    PtNDArray array = operand.host() == null ? slots.get(operand.slot()) : null;
    ElementType type =
        operand.host() != null
            ? operand.host().type()
            : HostArrays.elementType(java.util.Objects.requireNonNull(array).getDataType());
    return Value.of(name, type, Shape.of(operand.dims()));
  }

  /** Keeps a Pad for the batch normalization that alone reads it. */
  private boolean waits(Node node, List<@Nullable Operand> inputs) {
    Op.Pad op = (Op.Pad) node.op();
    Operand image = inputs.get(0);
    if (image == null || image.host() != null) {
      return false;
    }
    NdArray pads = host(inputs, 1);
    NdArray value = host(inputs, 2);
    NdArray axes = host(inputs, 3);
    long[] amounts = Integers.of(op.pads(), () -> pads);
    double zero = value == null ? op.value().orElse(0) : value.data()[0];
    long[] all = BorderRule.allAxes(image.dims().length, amounts, Integers.of(axes));
    if (!BorderRule.isBorder(all, zero)) {
      return false;
    }
    borders.put(node.output(), new Border(image, Movements.reversed(all)));
    return true;
  }

  private long @Nullable [] dims(String value) {
    Operand operand = values.get(value);
    return operand == null ? null : operand.dims();
  }

  private static @Nullable NdArray host(List<@Nullable Operand> inputs, int index) {
    Operand operand = index < inputs.size() ? inputs.get(index) : null;
    return operand == null ? null : operand.host();
  }

  /** Computes a node that needs shapes and constants only. */
  private boolean isKnown(Node node) {
    if (node.op() instanceof Op.Constant constant) {
      if (!values.containsKey(node.output()) && constant.value().type().isNumeric()) {
        values.put(node.output(), Operand.host(NdArray.of(constant.value())));
      }
      return true;
    }
    Operand only = node.inputs().size() == 1 ? values.get(node.input(0)) : null;
    if (only != null && node.op() instanceof Op.ShapeOf shape) {
      values.put(node.output(), Operand.host(shape(shape, only.dims())));
      return true;
    }
    if (only != null && node.op() instanceof Op.Size) {
      double size = Movements.product(only.dims(), 0, only.dims().length);
      NdArray array = new NdArray(ElementType.INT64, new int[0], new double[] {size});
      values.put(node.output(), Operand.host(array));
      return true;
    }
    List<@Nullable NdArray> arrays = new ArrayList<>();
    for (String name : node.inputs()) {
      Operand operand = name.isEmpty() ? null : values.get(name);
      if (!name.isEmpty() && (operand == null || operand.host() == null)) {
        return false;
      }
      arrays.add(operand == null ? null : operand.host());
    }
    List<NdArray> results = Interpreter.evaluate(node, arrays);
    for (int i = 0; i < node.outputs().size(); i++) {
      values.put(node.outputs().get(i), Operand.host(rounded(results.get(i))));
    }
    return true;
  }

  private static NdArray rounded(NdArray array) {
    return array.type().isFloat() ? NdArray.of(array.toTensor()) : array;
  }

  private static NdArray shape(Op.ShapeOf op, long[] dims) {
    int start = clamped(op.start(), dims.length);
    int end = Math.max(start, clamped(op.end().orElse(dims.length), dims.length));
    double[] sizes = Arrays.stream(dims, start, end).asDoubleStream().toArray();
    return new NdArray(ElementType.INT64, new int[] {sizes.length}, sizes);
  }

  private static int clamped(int bound, int rank) {
    return Math.max(0, Math.min(rank, bound < 0 ? bound + rank : bound));
  }

  private int constant(NdArray value) {
    return onDevice.computeIfAbsent(
        value, v -> add(HostArrays.toDevice(constants, v), true).slot());
  }

  private InvalidGraphException named(Node node, InvalidGraphException cause) {
    String message = cause.getMessage();
    if (message != null && message.startsWith(node.describe())) {
      return cause;
    }
    List<String> shapes = new ArrayList<>();
    for (String name : node.inputs()) {
      Operand operand = values.get(name);
      shapes.add(operand == null ? "-" : Arrays.toString(operand.dims()));
    }
    InvalidGraphException named =
        new InvalidGraphException(
            "%s, inputs (%s): %s".formatted(node.describe(), String.join(" ", shapes), message));
    named.initCause(cause);
    return named;
  }
}
