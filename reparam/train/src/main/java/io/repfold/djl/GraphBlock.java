package io.repfold.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A graph as a block of DJL's PyTorch engine, so that it can be trained.
 *
 * <p>Parameters are named as the graph's initializers (or as the Constant nodes' outputs that are
 * weights, see {@link GraphBlockOptions.Constants}). Learnt are the float32 initializers that the
 * outputs have a gradient by; not learnt is what stands in formulas of sizes, a scalar of rank 0 in
 * elementwise arithmetic that is not named as a module's parameter, and what {@link #held} tells.
 * Running means and variances are parameters without a gradient, of type {@link
 * Parameter.Type#RUNNING_MEAN} and {@link Parameter.Type#RUNNING_VAR}; training moves them.
 *
 * <p>What depends on the inputs' shapes only, such as the matrices of an adaptive pooling or the
 * sizes of a Resize, is computed once for each set of shapes and kept for the latest ones.
 *
 * <p>All that a pass allocates belongs to the manager of its first input: close that, and all is
 * freed. The block computes in float32 and on one thread at a time.
 */
public final class GraphBlock extends AbstractBlock implements AutoCloseable {
  private static final int MOST_PROGRAMS = 8;

  private final Graph graph;
  private final GraphBlockOptions options;
  private final NDManager manager;
  private final Map<String, String> held;
  private final List<String> names = new ArrayList<>();
  private final List<Value> inputs;
  private final Map<List<Shape>, Program> programs = new LinkedHashMap<>(16, 0.75f, true);

  private GraphBlock(
      Graph graph, GraphBlockOptions options, NDManager manager, Map<String, String> held) {
    this.held = Collections.unmodifiableMap(held);
    this.graph = graph;
    this.options = options;
    this.manager = manager;
    this.inputs = graph.requiredInputs();
    inputNames = inputs.stream().map(Value::name).toList();
    inputShapes = inputs.stream().map(GraphBlock::declared).toArray(Shape[]::new);
  }

  /**
   * A block on the default device.
   *
   * @throws io.repfold.graph.InvalidGraphException if a parameter is not float32; names it
   */
  public static GraphBlock of(Graph graph, GraphBlockOptions options) {
    try (NDManager any = NDManager.newBaseManager()) {
      return of(graph, options, any.getDevice());
    }
  }

  /**
   * A block on a device, which is that of its inputs too.
   *
   * @throws io.repfold.graph.InvalidGraphException if a parameter is not float32; names it
   */
  public static GraphBlock of(Graph graph, GraphBlockOptions options, Device device) {
    LearnedTensors.Found roles = LearnedTensors.of(graph, options);
    NDManager manager = NDManager.newBaseManager(device, "PyTorch");
    GraphBlock block = new GraphBlock(graph, options, manager, roles.held());
    roles.parameters().forEach(block::learn);
    return block;
  }

  private void learn(String name, Parameter.Type type) {
    Tensor tensor = tensor(name);
    PtNDArray array = HostArrays.toDevice(manager, tensor);
    boolean statistic = isStatistic(type);
    Parameter parameter =
        Parameter.builder()
            .setName(name)
            .setType(type)
            .optShape(array.getShape())
            .optArray(array)
            .optRequiresGrad(!statistic && !options.frozen().test(name))
            .build();
    array.setName(name);
    array.setRequiresGradient(parameter.requiresGradient());
    addParameter(parameter);
    names.add(name);
  }

  private Tensor tensor(String name) {
    Tensor initializer = graph.initializers().get(name);
    return initializer != null ? initializer : graph.constant(name).orElseThrow();
  }

  private static boolean isStatistic(Parameter.Type type) {
    return type == Parameter.Type.RUNNING_MEAN || type == Parameter.Type.RUNNING_VAR;
  }

  /**
   * The graph's outputs for inputs in the graph's order.
   *
   * @param training whether dropout drops, batch normalizations use and record the batch's
   *     statistics, and the engine records what a backward pass needs, if a gradient collector is
   *     open
   * @throws io.repfold.graph.InvalidGraphException if a node cannot be lowered or computed; names
   *     the node, its inputs' shapes and the reason
   */
  public NDList forward(NDList arrays, boolean training) {
    PtNDArray[] given = new PtNDArray[names.size() + inputs.size()];
    for (int i = 0; i < names.size(); i++) {
      given[i] = (PtNDArray) parameter(names.get(i)).getArray();
    }
    return run(arrays, given, training);
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore store,
      NDList arrays,
      boolean training,
      @Nullable PairList<String, Object> params) {
    Device device = arrays.head().getDevice();
    PtNDArray[] given = new PtNDArray[names.size() + inputs.size()];
    for (int i = 0; i < names.size(); i++) {
      given[i] = (PtNDArray) store.getValue(parameter(names.get(i)), device, training);
    }
    return run(arrays, given, training);
  }

  private NDList run(NDList arrays, PtNDArray[] given, boolean training) {
    Check.that(
        arrays.size() == inputs.size(),
        "Graph '%s' has the inputs %s, but %d arrays are given",
        graph.name(),
        inputs,
        arrays.size());
    for (int i = 0; i < inputs.size(); i++) {
      given[names.size() + i] = (PtNDArray) arrays.get(i);
    }
    boolean recording = JniUtils.isGradMode();
    if (training || !recording) {
      return run(given, arrays, training);
    }
    JniUtils.setGradMode(false);
    try {
      return run(given, arrays, false);
    } finally {
      JniUtils.setGradMode(true);
    }
  }

  private NDList run(PtNDArray[] given, NDList arrays, boolean training) {
    NDManager pass = arrays.head().getManager();
    List<Shape> shapes = List.of(arrays.getShapes());
    Program program = programs.get(shapes);
    if (program != null) {
      return program.run(pass, given, training);
    }
    NDManager constants = manager.newSubManager();
    try {
      ProgramBuilder.Result built =
          ProgramBuilder.build(graph, options, names, given, inputs, constants, pass, training);
      keep(shapes, built.program());
      return built.outputs();
    } catch (RuntimeException e) {
      constants.close();
      throw e;
    }
  }

  private void keep(List<Shape> shapes, Program program) {
    if (programs.size() == MOST_PROGRAMS) {
      List<Shape> oldest = programs.keySet().iterator().next();
      Program dropped = programs.remove(oldest);
      if (dropped != null) {
        dropped.close();
      }
    }
    programs.put(shapes, program);
  }

  /** The parameter of that initializer. */
  public Parameter parameter(String name) {
    Parameter parameter = parameters.get(name);
    if (parameter == null) {
      throw new IllegalArgumentException(
          "Graph '%s' has no parameter '%s'; there are %s".formatted(graph.name(), name, names));
    }
    return parameter;
  }

  /** The parameters that take a gradient, in the order in which the graph reads them. */
  public List<Parameter> trainable() {
    return parameters.values().stream().filter(Parameter::requiresGradient).toList();
  }

  /**
   * Why tensors that the outputs have a gradient by are no parameters, by name: the options say so,
   * or the structure shows that they are constants.
   */
  public Map<String, String> held() {
    return held;
  }

  /** The current values of all parameters, running statistics included, bit for bit. */
  public Map<String, Tensor> values() {
    Map<String, Tensor> values = new LinkedHashMap<>();
    names.forEach(n -> values.put(n, HostArrays.toTensor((PtNDArray) parameter(n).getArray())));
    return values;
  }

  /**
   * Sets parameters, running statistics included, in place.
   *
   * @throws io.repfold.graph.InvalidGraphException if one is unknown or of another type or shape;
   *     then none is set
   */
  public void set(Map<String, Tensor> values) {
    values.forEach(
        (name, tensor) -> {
          Check.that(
              parameters.containsKey(name), "Graph '%s' has no parameter '%s'", graph.name(), name);
          Parameter parameter = parameter(name);
          Check.that(
              tensor.type() == io.repfold.graph.ElementType.FLOAT
                  && Arrays.equals(tensor.dims(), parameter.getShape().getShape()),
              "Parameter '%s' is float32 of shape %s, got %s",
              name,
              parameter.getShape(),
              tensor.describe());
        });
    values.forEach(
        (name, tensor) -> {
          NDArray array = parameter(name).getArray();
          java.nio.ByteBuffer bytes =
              java.nio.ByteBuffer.allocateDirect(tensor.data().remaining())
                  .order(java.nio.ByteOrder.nativeOrder());
          bytes.put(tensor.data()).flip();
          array.set(bytes);
        });
  }

  /** The graph with the current values of all parameters, running statistics included. */
  public Graph graph() {
    Map<String, Tensor> current = values();
    Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
    initializers.replaceAll((name, tensor) -> current.getOrDefault(name, tensor));
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      Tensor value = node.op() instanceof Op.Constant ? current.get(node.output()) : null;
      nodes.add(
          value == null
              ? node
              : new Node(node.name(), new Op.Constant(value), node.inputs(), node.outputs()));
    }
    return graph.toBuilder().replaceInitializers(initializers).replaceNodes(nodes).build();
  }

  @Override
  public boolean isInitialized() {
    return true;
  }

  @Override
  public void initialize(NDManager unused, DataType dataType, Shape... shapes) {
    Check.that(dataType == DataType.FLOAT32, "A graph is trained in FLOAT32, got %s", dataType);
  }

  @Override
  public Shape[] getOutputShapes(Shape[] shapes) {
    Map<String, long[]> given = new LinkedHashMap<>();
    for (int i = 0; i < shapes.length; i++) {
      given.put(inputs.get(i).name(), shapes[i].getShape());
    }
    Map<String, Value> known = ShapeInference.infer(graph, given);
    return graph.outputs().stream()
        .map(o -> declared(known.getOrDefault(o.name(), o)))
        .toArray(Shape[]::new);
  }

  /** What is not known is -1. */
  private static Shape declared(Value value) {
    return value
        .shape()
        .map(
            s ->
                new Shape(
                    s.dims().stream()
                        .mapToLong(d -> d instanceof io.repfold.graph.Dim.Known k ? k.size() : -1)
                        .toArray()))
        .orElseGet(Shape::new);
  }

  /** Frees the parameters and all that is kept for known shapes. */
  @Override
  public void close() {
    programs.clear();
    manager.close();
  }
}
