package io.repfold.tensorrt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bytedeco.tensorrt.global.nvinfer.LayerType;
import org.bytedeco.tensorrt.nvinfer.Dims64;
import org.bytedeco.tensorrt.nvinfer.ILayer;
import org.bytedeco.tensorrt.nvinfer.INetworkDefinition;
import org.bytedeco.tensorrt.nvinfer.ITensor;

/** Whether the outputs of a network have fixed shapes once its inputs have. */
final class OutputShapes {
  private OutputShapes() {}

  /**
   * A tensor of a network.
   *
   * @param name in the model
   * @param shape what it is now, outermost first, -1 for a size that is open
   * @param reshape gives an input another shape; what is computed from it follows
   */
  record Tensor(String name, Supplier<long[]> shape, Consumer<long[]> reshape) {}

  /**
   * Looks at the network with the inputs of one profile, and leaves it as it was.
   *
   * @throws BuildFailedException naming every output whose shape depends on values
   */
  static void demandFixed(INetworkDefinition network, List<Profile> profiles) {
    InputNames names = BuildConfig.names(network);
    List<Tensor> inputs = new ArrayList<>();
    for (int i = 0; i < network.getNbInputs(); i++) {
      ITensor input = network.getInput(i);
      inputs.add(tensor(names.inModel(input.getName()), input));
    }
    List<Tensor> outputs = new ArrayList<>();
    for (int i = 0; i < network.getNbOutputs(); i++) {
      ITensor output = network.getOutput(i);
      outputs.add(tensor(output.getName(), output));
    }
    demandFixed(inputs, outputs, () -> CountingLayers.of(layers(network)), profiles);
  }

  private static Tensor tensor(String name, ITensor tensor) {
    return new Tensor(
        name,
        () -> Shapes.of(tensor.getDimensions()),
        sizes -> {
          try (Dims64 dims = Shapes.dims(sizes)) {
            tensor.setDimensions(dims);
          }
        });
  }

  /**
   * The same, of tensors.
   *
   * @param layers asked for only if an output stays open
   */
  static void demandFixed(
      List<Tensor> inputs,
      List<Tensor> outputs,
      Supplier<CountingLayers> layers,
      List<Profile> profiles) {
    List<String> open = profiles.isEmpty() ? open(outputs) : open(inputs, outputs, profiles.get(0));
    List<String> problems = open.isEmpty() ? List.of() : layers.get().problems(open);
    if (!problems.isEmpty()) {
      throw new BuildFailedException(problems);
    }
  }

  /** Outputs of open shape, if the inputs have those shapes that the profile is tuned for. */
  private static List<String> open(List<Tensor> inputs, List<Tensor> outputs, Profile profile) {
    List<Runnable> back = new ArrayList<>();
    try {
      for (Tensor input : inputs) {
        ShapeRange range = profile.inputs().get(input.name());
        long[] before = input.shape().get();
        if (range != null && !range.values() && range.opt().size() == before.length) {
          back.add(() -> input.reshape().accept(before));
          input.reshape().accept(range.opt().stream().mapToLong(Long::longValue).toArray());
        }
      }
      return open(outputs);
    } finally {
      back.forEach(Runnable::run);
    }
  }

  private static List<String> open(List<Tensor> outputs) {
    return outputs.stream()
        .filter(output -> Arrays.stream(output.shape().get()).anyMatch(size -> size < 0))
        .map(Tensor::name)
        .toList();
  }

  private static List<CountingLayers.Layer> layers(INetworkDefinition network) {
    // The numbers of the types are not those of all versions, so they are asked for each time.
    Map<Integer, String> counting =
        Map.of(LayerType.kNON_ZERO.value, "NonZero", LayerType.kNMS.value, "NonMaxSuppression");
    List<CountingLayers.Layer> layers = new ArrayList<>();
    for (int i = 0; i < network.getNbLayers(); i++) {
      ILayer layer = network.getLayer(i);
      List<String> inputs = new ArrayList<>();
      for (int k = 0; k < layer.getNbInputs(); k++) {
        ITensor input = layer.getInput(k);
        // An optional input that is not given.
        if (input != null) {
          inputs.add(input.getName());
        }
      }
      List<String> outputs = new ArrayList<>();
      for (int k = 0; k < layer.getNbOutputs(); k++) {
        outputs.add(layer.getOutput(k).getName());
      }
      String counts = counting.getOrDefault(layer.getType().value, "");
      layers.add(new CountingLayers.Layer(layer.getName(), counts, inputs, outputs));
    }
    return layers;
  }
}
