package io.repfold.nets;

import io.repfold.graph.Graph;
import io.repfold.graph.Spelling;
import io.repfold.graph.Tensor;
import io.repfold.graph.WeightSource;
import io.repfold.weights.WeightsFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * A network with the weights of a file of PyTorch, Paddle, safetensors or ONNX.
 *
 * @param network in training form
 * @param layout how the file names its tensors, such as {@code torchvision DeepLabV3}
 * @param taken how many tensors of the file the network has
 * @param notes a sentence on each thing that is not as in the file
 */
public record LoadedNetwork(Network network, String layout, int taken, List<String> notes) {
  private static final WeightSource NONE = WeightSource.everywhere(0);
  private static final String AUXILIARY = "use_aux";
  private static final String AUXILIARY_SCOPE = "auxiliary_head.";
  private static final int MOST_NAMED = 12;

  public LoadedNetwork {
    notes = List.copyOf(notes);
  }

  /**
   * What a network is to be loaded as.
   *
   * @param type one of {@link Networks#types()}
   * @param arguments as for {@link Networks#build}; without {@code use_aux} there is an auxiliary
   *     head if the file has one
   * @param classes as many as the file's classifier tells apart if it is empty
   * @param strict whether each tensor of the network must be in the file and the other way round;
   *     otherwise what the file lacks starts as {@link Networks#initialWeights} of seed 0
   */
  public record Request(
      String type, Map<String, Object> arguments, OptionalInt classes, boolean strict) {}

  /**
   * Loads all weights of a network.
   *
   * @throws IllegalArgumentException if there is no such type or argument, or if names or shapes do
   *     not fit: lists what is missing, what is left over and what has another shape
   */
  public static LoadedNetwork of(WeightsFile file, Request request) {
    Map<String, Object> arguments = new LinkedHashMap<>(request.arguments());
    StoredWeights stored = stored(file, request.type(), arguments);
    boolean hasAuxiliary =
        stored.tensors().keySet().stream().anyMatch(name -> name.startsWith(AUXILIARY_SCOPE));
    if (!hasAuxiliary && !arguments.containsKey(AUXILIARY)) {
      Network network = Networks.build(request.type(), arguments, 1, NONE);
      if (network.traits().auxiliaryOutput().isPresent()) {
        arguments.put(AUXILIARY, false);
      }
    }
    int classes = request.classes().orElseGet(() -> classes(stored, request.type(), arguments));
    return new Loading(stored, request, arguments, classes).load();
  }

  private static StoredWeights stored(
      WeightsFile file, String type, Map<String, Object> arguments) {
    Network network = Networks.build(type, arguments, 1, NONE);
    return StoredWeights.of(file.tensors(), parameters(network.graph()).keySet());
  }

  /** All initializers of a real type: what is learnt, and running statistics. */
  private static Map<String, Tensor> parameters(Graph graph) {
    Map<String, Tensor> all = new LinkedHashMap<>(graph.initializers());
    all.values().removeIf(tensor -> !tensor.type().isFloat());
    return all;
  }

  /** The number of classes under which the classifier has the size that it has in the file. */
  private static int classes(StoredWeights stored, String type, Map<String, Object> arguments) {
    Map<String, Tensor> one = parameters(Networks.build(type, arguments, 1, NONE).graph());
    Map<String, Tensor> two = parameters(Networks.build(type, arguments, 2, NONE).graph());
    for (Map.Entry<String, Tensor> entry : one.entrySet()) {
      Tensor found = stored.tensors().get(entry.getKey());
      Tensor other = two.get(entry.getKey());
      if (found == null || other == null || found.rank() != other.rank()) {
        continue;
      }
      for (int axis = 0; axis < found.rank(); axis++) {
        long each = other.dim(axis) - entry.getValue().dim(axis);
        if (each > 0) {
          return Math.toIntExact((found.dim(axis) - entry.getValue().dim(axis)) / each + 1);
        }
      }
    }
    return 1;
  }

  /** One network that is loaded, and what does not fit. */
  private record Loading(
      StoredWeights stored, Request request, Map<String, Object> arguments, int classes) {
    LoadedNetwork load() {
      Network empty = Networks.build(request.type(), arguments, classes, NONE);
      Map<String, Tensor> wanted = parameters(empty.graph());
      Map<String, Tensor> taken = new LinkedHashMap<>();
      Map<String, String> wrong = new TreeMap<>();
      List<String> missing = new ArrayList<>();
      wanted.forEach(
          (name, tensor) -> {
            Tensor found = stored.tensors().get(name);
            if (found == null) {
              missing.add(name);
            } else {
              stored
                  .get(name, tensor.dims())
                  .ifPresentOrElse(
                      fits -> taken.put(name, fits),
                      () ->
                          wrong.put(
                              stored.keys().get(name),
                              "%s, expected %s"
                                  .formatted(found.describe(), Arrays.toString(tensor.dims()))));
            }
          });
      List<String> unexpected =
          stored.keys().entrySet().stream()
              .filter(entry -> !wanted.containsKey(entry.getKey()))
              .map(Map.Entry::getValue)
              .toList();
      List<String> notes = notes(missing, unexpected, wrong);
      if (taken.isEmpty() || (request.strict() && !notes.isEmpty())) {
        throw new IllegalArgumentException(message(notes));
      }
      return new LoadedNetwork(filled(empty, taken), stored.layout().name(), taken.size(), notes);
    }

    private Network filled(Network empty, Map<String, Tensor> taken) {
      Network network =
          taken.size() == parameters(empty.graph()).size()
              ? empty
              : Networks.build(
                  request.type(), arguments, classes, Networks.initialWeights(request.type(), 0));
      Map<String, Tensor> all = new LinkedHashMap<>(network.graph().initializers());
      all.putAll(taken);
      Graph graph = network.graph().toBuilder().replaceInitializers(all).build();
      return new Network(graph, network.traits(), network.freezing());
    }

    private List<String> notes(
        List<String> missing, List<String> unexpected, Map<String, String> wrong) {
      List<String> notes = new ArrayList<>();
      if (!missing.isEmpty()) {
        notes.add(
            "The file lacks %d: %s"
                .formatted(missing.size(), listed(missing, name -> hint(name, unexpected))));
      }
      if (!unexpected.isEmpty()) {
        notes.add(
            "The network has no %d of the file: %s"
                .formatted(unexpected.size(), listed(unexpected, key -> "")));
      }
      if (!wrong.isEmpty()) {
        notes.add(
            "Of another shape are %d: %s"
                .formatted(
                    wrong.size(),
                    listed(List.copyOf(wrong.keySet()), key -> " is " + wrong.get(key))));
      }
      return notes;
    }

    private static String listed(List<String> names, UnaryOperator<String> more) {
      List<String> shown =
          names.stream().limit(MOST_NAMED).map(name -> name + more.apply(name)).toList();
      String rest =
          names.size() > MOST_NAMED ? ", and %d more".formatted(names.size() - MOST_NAMED) : "";
      return String.join(", ", shown) + rest;
    }

    private static String hint(String name, List<String> unexpected) {
      return unexpected.isEmpty()
          ? ""
          : " (nearest is %s)".formatted(Spelling.nearest(name, unexpected));
    }

    private String message(List<String> notes) {
      return "%s of %d classes does not fit the file, read as %s. %s"
          .formatted(request.type(), classes, stored.layout().name(), String.join(". ", notes));
    }
  }
}
