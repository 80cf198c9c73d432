package io.repfold.precision.int8;

import io.repfold.graph.DeadCode;
import io.repfold.graph.ElementType;
import io.repfold.graph.FreeNames;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Writes a plan down: QuantizeLinear and DequantizeLinear around what computes in integers. */
final class QuantizationWriter {
  private final QuantizationPlan plan;
  private final Graph graph;
  private final Map<String, IntegerGrid> grids;
  private final Map<String, Tensor> biases;

  private final Map<String, Tensor> initializers;
  private final List<Node> nodes = new ArrayList<>();
  private final FreeNames names;
  private final FreeNames nodeNames;
  private final Map<String, String> dequantized = new HashMap<>();
  private final Map<List<Object>, String> weights = new HashMap<>();

  /**
   * @param grids of the values that {@link QuantizationPlan#source} names
   * @param biases in place of the graph's, by the output of their layer
   */
  QuantizationWriter(
      QuantizationPlan plan, Map<String, IntegerGrid> grids, Map<String, Tensor> biases) {
    this.plan = plan;
    this.graph = plan.graph();
    this.grids = grids;
    this.biases = biases;
    this.initializers = new LinkedHashMap<>(graph.initializers());
    this.names = FreeNames.ofValues(graph);
    this.nodeNames = FreeNames.ofNodes(graph);
  }

  Graph write() {
    graph.inputs().forEach(input -> quantize(input.name(), input.name()));
    for (Node node : graph.nodes()) {
      write(node);
    }
    return DeadCode.withoutUnread(
        graph.toBuilder().replaceNodes(nodes).replaceInitializers(initializers));
  }

  private void write(Node node) {
    Optional<QuantizedUnit> unit = plan.unitOf(node);
    List<String> inputs = new ArrayList<>();
    for (String value : node.inputs()) {
      boolean inIntegers = unit.isPresent() && unit.get().operands().contains(value);
      boolean replaced = inIntegers || plan.isMade(value);
      boolean constant =
          unit.isPresent() && node.op() instanceof Op.Binary && graph.constant(value).isPresent();
      inputs.add(
          constant
              ? dequantized.computeIfAbsent(value, this::quantizeConstant)
              : replaced ? dequantized.getOrDefault(value, value) : value);
    }
    unit.flatMap(QuantizedUnit::layer).ifPresent(layer -> replaceWeights(layer, inputs));
    List<String> outputs = new ArrayList<>();
    for (String output : node.outputs()) {
      boolean renamed = graph.isOutput(output) && plan.isMade(output);
      outputs.add(renamed ? names.fresh(output + "_real") : output);
    }
    nodes.add(new Node(node.name(), node.op(), inputs, outputs));
    for (int i = 0; i < outputs.size(); i++) {
      quantize(node.outputs().get(i), outputs.get(i));
    }
  }

  /** A constant that is added or multiplied, in integers with one scale, and back. */
  private String quantizeConstant(String name) {
    Tensor real = graph.constant(name).orElseThrow();
    DoubleSummaryStatistics range = Arrays.stream(real.toDoubles()).summaryStatistics();
    IntegerGrid grid = IntegerGrid.between(range.getMin(), range.getMax());
    double[] integers = Arrays.stream(real.toDoubles()).map(grid::quantize).toArray();
    List<String> inputs =
        List.of(
            store(name + "_quantized", Tensor.ofDoubles(grid.type(), integers, real.dims())),
            store(name + "_scale", Tensor.ofFloats(new float[] {grid.scale()})),
            store(
                name + "_zero_point",
                Tensor.ofDoubles(grid.type(), new double[] {grid.zeroPoint()})));
    String back = names.fresh(name + "_dequantized");
    add(new Op.DequantizeLinear(1, Optional.empty()), inputs, back);
    return back;
  }

  /**
   * Puts the pair behind a value, if the plan says so.
   *
   * @param real its name now; another than {@code value} if the result takes that name
   */
  private void quantize(String value, String real) {
    if (!plan.quantized().contains(value)) {
      return;
    }
    IntegerGrid grid = grid(value);
    String scale = store(value + "_scale", Tensor.ofFloats(new float[] {grid.scale()}));
    String zero =
        store(
            value + "_zero_point", Tensor.ofDoubles(grid.type(), new double[] {grid.zeroPoint()}));
    String integers = names.fresh(value + "_quantized");
    String back = real.equals(value) ? names.fresh(value + "_dequantized") : value;
    add(new Op.QuantizeLinear(1, Optional.empty()), List.of(real, scale, zero), integers);
    add(new Op.DequantizeLinear(1, Optional.empty()), List.of(integers, scale, zero), back);
    dequantized.put(value, back);
  }

  private IntegerGrid grid(String value) {
    return Objects.requireNonNull(grids.get(plan.source(value)), "every quantized value has one");
  }

  private void replaceWeights(QuantizableLayer layer, List<String> inputs) {
    Tensor bias = biases.getOrDefault(layer.output(), layer.bias().orElse(null));
    float step = grid(layer.input()).scale();
    QuantizationTarget target = plan.options().target();
    QuantizedWeight weight =
        QuantizedWeight.of(layer, Optional.ofNullable(bias), step, plan.options());
    inputs.set(
        1,
        weights.computeIfAbsent(
            List.of(layer.weightName(), weight.axis(), weight.scales()),
            k -> dequantize(layer.weightName(), weight.values(), weight.scales(), weight.axis())));
    if (bias == null) {
      return;
    }
    String name = biasName(layer);
    String replaced;
    if (QuantizedWeight.hasIntegerBias(target)) {
      replaced = dequantize(name, weight.bias(bias, step), weight.biasScales(step), 0);
    } else if (biases.containsKey(layer.output())) {
      replaced = store(name + "_corrected", bias);
    } else {
      return;
    }
    if (inputs.size() > 2) {
      inputs.set(2, replaced);
    } else {
      inputs.add(replaced);
    }
  }

  private static String biasName(QuantizableLayer layer) {
    String own = layer.node().input(2);
    return own.isEmpty() ? layer.output() + "_bias" : own;
  }

  /** Stores integers and adds the node that makes real numbers of them. */
  private String dequantize(String name, Tensor integers, Tensor scales, int axis) {
    String stored = store(name + "_quantized", integers);
    String scale = store(name + "_scale", scales);
    List<String> inputs = new ArrayList<>(List.of(stored, scale));
    if (integers.type() == ElementType.INT8) {
      double[] zeros = new double[Math.toIntExact(scales.size())];
      inputs.add(
          store(name + "_zero_point", Tensor.ofDoubles(ElementType.INT8, zeros, scales.dims())));
    }
    String back = names.fresh(name + "_dequantized");
    add(new Op.DequantizeLinear(axis, Optional.empty()), inputs, back);
    return back;
  }

  /** Adds a node under the name of its output, or one like it: runtimes want names to differ. */
  private void add(Op op, List<String> inputs, String output) {
    nodes.add(new Node(nodeNames.fresh(output), op, inputs, List.of(output)));
  }

  private String store(String wanted, Tensor tensor) {
    String name = names.fresh(wanted);
    initializers.put(name, tensor);
    return name;
  }
}
