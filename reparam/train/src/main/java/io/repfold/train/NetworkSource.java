package io.repfold.train;

import io.repfold.data.Batch;
import io.repfold.graph.Decomposition;
import io.repfold.graph.Dim;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Value;
import io.repfold.nets.Network;
import io.repfold.nets.NetworkMetadata;
import io.repfold.nets.Networks;
import io.repfold.onnx.OnnxModel;
import io.repfold.onnx.ReadOptions;
import io.repfold.train.TrainConfig.Typed;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The network that a run trains.
 *
 * @param model holds the graph, and of a file that was read all else that was in it
 * @param notes what was changed of a file that was read, and what is left out, a sentence each
 * @param fixedBatch the number of images that a file was exported for, if it says one
 */
record NetworkSource(
    OnnxModel model,
    NetworkMetadata traits,
    Network.Freezing freezing,
    List<String> notes,
    OptionalLong fixedBatch) {
  NetworkSource {
    notes = List.copyOf(notes);
  }

  NetworkSource(OnnxModel model, NetworkMetadata traits, Network.Freezing freezing) {
    this(model, traits, freezing, List.of(), OptionalLong.empty());
  }

  /** The same with another graph, of which there is something to tell. */
  NetworkSource with(Graph graph, String note) {
    List<String> all = new ArrayList<>(notes);
    all.add(note);
    return new NetworkSource(model.withGraph(graph), traits, freezing, all, fixedBatch);
  }

  Graph graph() {
    return model.graph();
  }

  /**
   * The network that the configuration names, or the file that it starts from.
   *
   * @param instead what is read in the place of that file, and was made of it
   */
  static NetworkSource of(TrainConfig config, int classes, Optional<OnnxModel> instead) {
    if (config.startFrom().isPresent()) {
      Path file = config.startFrom().get();
      ReadOptions options = new ReadOptions(config.learning().constantWeights());
      return file(file, instead.orElseGet(() -> OnnxModel.read(file, options)), config, classes);
    }
    Typed arch = config.architecture().orElseThrow();
    Network network =
        Networks.build(
            arch.type(), arch.args(), classes, Networks.initialWeights(arch.type(), config.seed()));
    requireColors(network.graph());
    return new NetworkSource(OnnxModel.of(network.graph()), network.traits(), network.freezing());
  }

  private static void requireColors(Graph graph) {
    Dim channels = graph.inputs().get(0).shape().orElseThrow().dim(1);
    if (!channels.equals(Dim.of(Batch.CHANNELS))) {
      throw new IllegalArgumentException(
          "arch.args.in_channels: must be %d, red, green and blue, which gray images are read as too; found %s"
              .formatted(Batch.CHANNELS, channels));
    }
  }

  /** Weights that a run has saved, with what its configuration freezes. */
  static NetworkSource saved(OnnxModel model, TrainConfig config) {
    NetworkMetadata traits =
        NetworkMetadata.fromMetadata(model.metadata())
            .orElseThrow(
                () ->
                    new RunException(
                        "%s: its metadata do not describe the network; put the file back that the"
                            + " run has saved",
                        RunFolder.LAST));
    return new NetworkSource(model, traits, freezing(config));
  }

  private static NetworkSource file(Path file, OnnxModel model, TrainConfig config, int classes) {
    boolean rounding = config.learning().quantize().isPresent();
    requireRounding(file, model.graph(), rounding);
    TrainingForm form = TrainingForm.of(model.graph(), rounding);
    Graph graph = trainable(file, form.graph());
    NetworkMetadata traits =
        NetworkMetadata.fromMetadata(model.metadata())
            .orElseGet(
                () ->
                    NetworkMetadata.of(
                        graph.name().isEmpty() ? "ONNX" : graph.name(), classesOf(file, graph)));
    if (config.learning().auxiliaryOutput().isPresent()) {
      traits = traits.withAuxiliaryOutput(auxiliary(file, graph, config));
    }
    List<String> notes = new ArrayList<>(form.notes());
    List<String> anew = List.of();
    Graph headed = graph;
    if (config.learning().newHead()) {
      NewHead head = NewHead.of(file, graph, traits, classes, config.seed());
      traits = traits.withClasses(classes);
      headed = head.graph();
      anew = head.anew();
      notes.addAll(head.notes());
    }
    if (traits.classes() != classes) {
      throw new RunException(
          "%s: tells %d classes apart, and the data have %d; take data with as many, set"
              + " num_classes, or have the layers of the scores start anew: \"head\": \"new\" beside"
              + " start_from, or --head new",
          file, traits.classes(), classes);
    }
    withoutLoss(graph, traits).ifPresent(notes::add);
    overridable(graph).ifPresent(notes::add);
    NetworkSource source =
        new NetworkSource(
            model.withGraph(headed), traits, freezing(config), notes, fixedBatch(form.graph()));
    FurtherTraining.requireBackbone(file.toString(), source);
    FurtherTraining.requireLearning(file.toString(), source, anew);
    return source;
  }

  private static void requireRounding(Path file, Graph graph, boolean wanted) {
    boolean rounds = RealWeights.roundsActivations(graph);
    if (rounds && !wanted) {
      throw new RunException(
          "%s: is quantized, and rounding has no gradient; --quantize int8 (train.quantize) trains it"
              + " as if there were one, or train the float32 model that it was made of",
          file);
    }
    if (wanted && !rounds) {
      throw new RunException(
          "%s: rounds nothing to integers, as train.quantize needs it; 'repfold train MODEL --quantize"
              + " int8' quantizes it first, and so does 'repfold convert --precision int8'",
          file);
    }
  }

  private static String auxiliary(Path file, Graph graph, TrainConfig config) {
    String wanted = config.learning().auxiliaryOutput().orElseThrow();
    List<String> others = graph.outputs().stream().skip(1).map(Value::name).toList();
    if (!others.contains(wanted)) {
      throw new RunException(
          "train.auxiliary_output: %s has no output '%s' beside the first; it has %s",
          file, wanted, others.isEmpty() ? "no other" : String.join(", ", others));
    }
    return wanted;
  }

  private static Optional<String> withoutLoss(Graph graph, NetworkMetadata traits) {
    List<String> others =
        graph.outputs().stream()
            .skip(1)
            .map(Value::name)
            .filter(name -> !traits.auxiliaryOutput().equals(Optional.of(name)))
            .toList();
    return others.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "The loss leaves out %s; train.auxiliary_output gives one of them a part in it"
                .formatted(String.join(", ", others)));
  }

  private static Optional<String> overridable(Graph graph) {
    int weights = graph.optionalInputs().size();
    return weights == 0
        ? Optional.empty()
        : Optional.of(
            "%d of %d initializers are inputs too, which callers may override, and do not learn; train.constant_weights makes weights of them"
                .formatted(weights, graph.initializers().size()));
  }

  private static Network.Freezing freezing(TrainConfig config) {
    return FurtherTraining.freezing(config.architecture().map(Typed::args).orElse(Map.of()));
  }

  /** Checks that a graph takes images and gives scores, and opens its batch. */
  private static Graph trainable(Path file, Graph graph) {
    List<Value> inputs = graph.requiredInputs();
    if (inputs.size() != 1) {
      throw new RunException(
          "%s: has %d inputs, and training gives it one, the images; take a model with one input",
          file, inputs.size());
    }
    requireKnownOps(file, graph);
    Optional<Shape> shape = inputs.get(0).shape();
    boolean images =
        shape.isPresent()
            && shape.get().rank() == 4
            && (!(shape.get().dim(1) instanceof Dim.Known known) || known.size() == 3);
    if (!images) {
      throw new RunException(
          "%s: input '%s' must be images [N, 3, H, W], found %s",
          file, inputs.get(0).name(), shape.map(Shape::toString).orElse("an unknown shape"));
    }
    return shape.get().dim(0) instanceof Dim.Known ? withOpenBatch(graph, inputs.get(0)) : graph;
  }

  private static OptionalLong fixedBatch(Graph graph) {
    return graph.requiredInputs().stream()
        .flatMap(input -> input.shape().stream())
        .filter(shape -> shape.dim(0) instanceof Dim.Known)
        .mapToLong(shape -> ((Dim.Known) shape.dim(0)).size())
        .findFirst();
  }

  private static Graph withOpenBatch(Graph graph, Value images) {
    List<Dim> dims = new ArrayList<>(images.shape().orElseThrow().dims());
    dims.set(0, new Dim.Symbol("N"));
    Value open = new Value(images.name(), images.type(), Optional.of(new Shape(dims)));
    return graph.toBuilder()
        .replaceInputs(
            graph.inputs().stream().map(i -> i.name().equals(open.name()) ? open : i).toList())
        .replaceOutputs(
            graph.outputs().stream()
                .map(o -> new Value(o.name(), o.type(), Optional.empty()))
                .toList())
        .replaceDeclared(Map.of())
        .build();
  }

  private static int classesOf(Path file, Graph graph) {
    Value output = graph.outputs().get(0);
    Value known = ShapeInference.infer(graph).getOrDefault(output.name(), output);
    if (known.shape().isPresent()
        && known.shape().get().rank() >= 2
        && known.shape().get().dim(1) instanceof Dim.Known classes) {
      return Math.toIntExact(classes.size());
    }
    throw new RunException(
        "%s: output '%s' must be scores [N, classes, H, W] or [N, classes], found %s",
        file, output.name(), known);
  }

  private static void requireKnownOps(Path file, Graph graph) {
    List<String> unknown =
        graph.nodes().stream()
            .filter(n -> n.op() instanceof Op.Opaque && !Decomposition.isKnown(n.op()))
            .map(Node::describe)
            .toList();
    if (!unknown.isEmpty()) {
      throw new RunException(
          "%s: has ops that repfold cannot compute, so it cannot be trained: %s; replace them, or"
              + " train the part of the graph before them",
          file, TrainingForm.few(unknown));
    }
  }
}
