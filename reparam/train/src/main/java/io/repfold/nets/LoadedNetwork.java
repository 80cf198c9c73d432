package io.repfold.nets;

import io.repfold.graph.Graph;
import io.repfold.graph.Tensor;
import io.repfold.graph.WeightSource;
import io.repfold.weights.WeightsFile;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A network with the weights of a file of PyTorch, Paddle, safetensors or ONNX.
 *
 * @param network in training form
 * @param layout how the file names its tensors, such as {@code torchvision DeepLabV3}
 * @param taken how many tensors of the file the network has
 * @param notes a sentence on each thing that is not as in the file
 */
public record LoadedNetwork(Network network, String layout, int taken, List<String> notes) {
  static final WeightSource NONE = WeightSource.everywhere(0);
  private static final String AUXILIARY = "use_aux";
  private static final String AUXILIARY_SCOPE = "auxiliary_head.";

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
   *     not fit: lists what is missing, what is left over and what has another shape; also if two
   *     tensors of the file have one name here, or if nothing tells the number of classes
   */
  public static LoadedNetwork of(WeightsFile file, Request request) {
    Map<String, Object> arguments = new LinkedHashMap<>(request.arguments());
    Network one = Networks.build(request.type(), arguments, 1, NONE);
    Map<String, Tensor> wanted = parameters(one.graph());
    StoredWeights stored = StoredWeights.of(file.tensors(), wanted.keySet());
    boolean lacksAuxiliary =
        stored.tensors().keySet().stream().noneMatch(name -> name.startsWith(AUXILIARY_SCOPE));
    if (lacksAuxiliary
        && one.traits().auxiliaryOutput().isPresent()
        && !arguments.containsKey(AUXILIARY)) {
      arguments.put(AUXILIARY, false);
    }
    OptionalInt classes =
        request.classes().isPresent() ? request.classes() : classes(stored, request, wanted);
    if (classes.isEmpty() && !request.strict()) {
      throw new IllegalArgumentException(
          "%s: the file has no tensor of the classifier, which would tell the number of classes; give Request.classes"
              .formatted(request.type()));
    }
    return new Loading(stored, request, arguments, classes).load();
  }

  /** All initializers of a real type: what is learnt, and running statistics. */
  static Map<String, Tensor> parameters(Graph graph) {
    Map<String, Tensor> all = new LinkedHashMap<>(graph.initializers());
    all.values().removeIf(tensor -> !tensor.type().isFloat());
    return all;
  }

  /**
   * The number of classes under which the classifier has the size that it has in the file, if the
   * file has one.
   *
   * @param one the parameters for one class
   */
  private static OptionalInt classes(
      StoredWeights stored, Request request, Map<String, Tensor> one) {
    Map<String, Tensor> two =
        parameters(Networks.build(request.type(), request.arguments(), 2, NONE).graph());
    for (Map.Entry<String, Tensor> entry : one.entrySet()) {
      Tensor found = stored.tensors().get(entry.getKey());
      Tensor other = two.get(entry.getKey());
      if (found == null || other == null || found.rank() != other.rank()) {
        continue;
      }
      for (int axis = 0; axis < found.rank(); axis++) {
        long each = other.dim(axis) - entry.getValue().dim(axis);
        if (each > 0) {
          return OptionalInt.of(
              Math.toIntExact((found.dim(axis) - entry.getValue().dim(axis)) / each + 1));
        }
      }
    }
    return OptionalInt.empty();
  }
}
