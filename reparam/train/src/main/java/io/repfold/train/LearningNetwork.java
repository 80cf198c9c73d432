package io.repfold.train;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import io.repfold.config.NamePatterns;
import io.repfold.data.Batch;
import io.repfold.djl.GraphBlock;
import io.repfold.djl.GraphBlockOptions;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.onnx.OnnxModel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A network on the engine. All arrays of a batch are freed after it; parameters stay where they
 * are.
 */
final class LearningNetwork implements TrainedNetwork, AutoCloseable {
  private static final String ENGINE = "PyTorch";
  private static final String TRACKING = "OPT_OUT_TRACKING";

  private final OnnxModel model;
  private final NDManager manager;
  private final GraphBlockOptions options;
  private final GraphBlock block;
  private final int auxiliary;
  private final Map<String, NDArray> trainable = new LinkedHashMap<>();

  /**
   * @throws IllegalArgumentException if a pattern of {@code learning} fits no tensor, or two fit
   *     one
   * @throws RunException if nothing of the network learns
   */
  LearningNetwork(NetworkSource source, TrainConfig.Learning learning) {
    NamePatterns held = new NamePatterns(learning.hold());
    NamePatterns learnt = new NamePatterns(learning.learn());
    check(source, held, learnt);
    this.model = source.model();
    this.manager = engine().newBaseManager(Device.cpu());
    this.options =
        GraphBlockOptions.DEFAULT
            .withHeld(held)
            .withLearnt(learnt)
            .withChannelDropouts(source.traits().channelDropouts())
            .withFrozen(name -> source.freezing().backbone() && source.traits().isBackbone(name))
            .withFrozenBatchNorms(source.freezing().batchNorms());
    this.block = GraphBlock.of(source.graph(), options, Device.cpu());
    this.auxiliary = auxiliary(source);
    for (Parameter parameter : block.trainable()) {
      trainable.put(parameter.getName(), parameter.getArray());
    }
    if (trainable.isEmpty()) {
      close();
      throw nothingLearns(source);
    }
  }

  private static void check(NetworkSource source, NamePatterns held, NamePatterns learnt) {
    Graph graph = source.graph();
    Set<String> names = new TreeSet<>();
    Stream.concat(graph.initializers().keySet().stream(), graph.nodes().stream().map(Node::output))
        .filter(name -> graph.constant(name).filter(t -> t.type().isFloat()).isPresent())
        .forEach(names::add);
    String what = "tensor in floating point that the scores are computed from";
    held.requireAll("train.hold", what, names);
    learnt.requireAll("train.learn", what, names);
    names.stream()
        .filter(held.and(learnt))
        .findFirst()
        .ifPresent(
            name -> {
              throw new IllegalArgumentException(
                  "train.learn: a pattern fits '%s', which one of train.hold fits too"
                      .formatted(name));
            });
  }

  private static RunException nothingLearns(NetworkSource source) {
    Graph graph = source.graph();
    boolean replaceable = graph.initializers().keySet().stream().anyMatch(graph::isInput);
    return new RunException(
        "%s: there is nothing to train; %s",
        source.traits().architecture(),
        replaceable
            ? "its weights are inputs of the file, which callers may replace; repfold fold"
                + " --constant-weights makes them weights"
            : "no tensor in float32 has a part in the scores, or all are held or frozen");
  }

  /** Why tensors that have a part in the scores do not learn, by name. */
  Map<String, String> held() {
    return block.held();
  }

  /** What learns and is no kernel, matrix, bias or part of a normalization. */
  List<String> others() {
    return block.trainable().stream()
        .filter(parameter -> parameter.getType() == Parameter.Type.OTHER)
        .map(Parameter::getName)
        .toList();
  }

  /** The engine; it is told not to report its use over the network. */
  static Engine engine() {
    if (System.getProperty(TRACKING) == null) {
      System.setProperty(TRACKING, "true");
    }
    return Engine.getEngine(ENGINE);
  }

  /** Sets how many threads the engine computes with; for the whole process. */
  static void useThreads(int threads) {
    engine();
    JniUtils.setNumThreads(threads);
  }

  private static int auxiliary(NetworkSource source) {
    List<String> outputs = source.graph().outputs().stream().map(Value::name).toList();
    return source.traits().auxiliaryOutput().map(outputs::indexOf).orElse(-1);
  }

  /** Parameters that learn, by name. */
  Map<String, NDArray> trainable() {
    return Collections.unmodifiableMap(trainable);
  }

  long trainableNumbers() {
    return trainable.values().stream().mapToLong(array -> array.getShape().size()).sum();
  }

  /**
   * Computes the loss of a batch and the gradients of all parameters.
   *
   * @param seed of what is drawn at random
   * @return the loss
   */
  float learn(Batch batch, AuxiliaryLoss loss, int seed) {
    trainable.values().forEach(array -> JniUtils.zeroGrad((PtNDArray) array));
    engine().setRandomSeed(seed);
    try (NDManager iteration = manager.newSubManager();
        GradientCollector collector = engine().newGradientCollector()) {
      NDList outputs = block.forward(new NDList(images(iteration, batch)), true);
      NDArray total = loss.of(scored(outputs), labels(iteration, batch));
      collector.backward(total);
      return total.getFloat();
    } catch (IllegalArgumentException | EngineException e) {
      throw failed(batch, e);
    }
  }

  /** With the first line of the engine's message; the others are places in its code. */
  private static RunException failed(Batch batch, RuntimeException cause) {
    String message = String.valueOf(cause.getMessage());
    return new RunException(
        cause,
        "A batch of %d, %d x %d (width x height), of %s: %s",
        batch.n(),
        batch.width(),
        batch.height(),
        batch.ids(),
        message.lines().findFirst().orElse(message));
  }

  /** What is done with the logits and labels of a batch. */
  @FunctionalInterface
  interface Reader {
    void read(NDArray logits, NDArray labels);
  }

  /** Computes the scores of a batch as the deployed network does. */
  void evaluate(Batch batch, Reader reader) {
    try (NDManager iteration = manager.newSubManager()) {
      NDList outputs = block.forward(new NDList(images(iteration, batch)), false);
      reader.read(outputs.get(0), labels(iteration, batch));
    } catch (IllegalArgumentException | EngineException e) {
      throw failed(batch, e);
    }
  }

  /** The outputs that have a loss. */
  private NDList scored(NDList outputs) {
    return auxiliary < 0
        ? new NDList(outputs.get(0))
        : new NDList(outputs.get(0), outputs.get(auxiliary));
  }

  private static NDArray images(NDManager manager, Batch batch) {
    Shape shape = new Shape(batch.n(), 3, batch.height(), batch.width());
    return copied(manager, batch.imageBytes(), shape, DataType.FLOAT32);
  }

  private static NDArray labels(NDManager manager, Batch batch) {
    Shape shape =
        batch.classified()
            ? new Shape(batch.n())
            : new Shape(batch.n(), batch.height(), batch.width());
    return copied(manager, batch.labelBytes(), shape, DataType.INT64);
  }

  /** A copy, because the engine keeps what it is given, and its sums depend on the alignment. */
  private static NDArray copied(NDManager manager, ByteBuffer bytes, Shape shape, DataType type) {
    try (NDArray given = manager.create(bytes, shape, type)) {
      return given.duplicate();
    }
  }

  @Override
  public OnnxModel model() {
    return model.withGraph(block.graph());
  }

  @Override
  public Map<String, Tensor> outputs(Tensor images) {
    return computed(block, model.graph(), images);
  }

  @Override
  public Map<String, Tensor> values(Tensor images, List<String> names) {
    Graph exposing =
        model.graph().toBuilder()
            .replaceOutputs(
                names.stream()
                    .map(n -> new Value(n, Optional.of(ElementType.FLOAT), Optional.empty()))
                    .toList())
            .build();
    try (GraphBlock inside = GraphBlock.of(exposing, options, Device.cpu())) {
      Map<String, Tensor> now = block.values();
      now.keySet().retainAll(inside.values().keySet());
      inside.set(now);
      return computed(inside, exposing, images);
    }
  }

  /** The outputs in float32. */
  private Map<String, Tensor> computed(GraphBlock network, Graph graph, Tensor images) {
    try (NDManager pass = manager.newSubManager()) {
      ByteBuffer bytes =
          ByteBuffer.allocateDirect(images.data().remaining()).order(ByteOrder.nativeOrder());
      bytes.put(images.data()).flip();
      NDList given = new NDList(copied(pass, bytes, new Shape(images.dims()), DataType.FLOAT32));
      NDList outputs = network.forward(given, false);
      Map<String, Tensor> found = new LinkedHashMap<>();
      for (int i = 0; i < outputs.size(); i++) {
        NDArray output = outputs.get(i);
        if (output.getDataType() == DataType.FLOAT32) {
          Tensor tensor = Tensor.ofFloats(output.toFloatArray(), output.getShape().getShape());
          found.put(graph.outputs().get(i).name(), tensor);
        }
      }
      return found;
    }
  }

  @Override
  public void close() {
    block.close();
    manager.close();
  }
}
