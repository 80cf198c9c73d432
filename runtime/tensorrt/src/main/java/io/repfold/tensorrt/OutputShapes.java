package io.repfold.tensorrt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.tensorrt.global.nvinfer.LayerType;
import org.bytedeco.tensorrt.nvinfer.Dims64;
import org.bytedeco.tensorrt.nvinfer.ILayer;
import org.bytedeco.tensorrt.nvinfer.INetworkDefinition;
import org.bytedeco.tensorrt.nvinfer.ITensor;

/** Whether the outputs of a network have fixed shapes once its inputs have. */
final class OutputShapes {
  private OutputShapes() {}

  /**
   * Looks at the network with the inputs of one profile, and leaves it as it was.
   *
   * @throws BuildFailedException naming every output whose shape depends on values
   */
  static void demandFixed(INetworkDefinition network, List<Profile> profiles) {
    List<String> open = profiles.isEmpty() ? open(network) : open(network, profiles.get(0));
    if (!open.isEmpty()) {
      List<String> problems = CountingLayers.of(layers(network)).problems(open);
      if (!problems.isEmpty()) {
        throw new BuildFailedException(problems);
      }
    }
  }

  /** Outputs of open shape, if the inputs have those shapes that the profile is tuned for. */
  private static List<String> open(INetworkDefinition network, Profile profile) {
    InputNames names = BuildConfig.names(network);
    List<Runnable> back = new ArrayList<>();
    try {
      for (int i = 0; i < network.getNbInputs(); i++) {
        ITensor input = network.getInput(i);
        ShapeRange range = profile.inputs().get(names.inModel(input.getName()));
        long[] before = Shapes.of(input.getDimensions());
        if (range != null && !range.values() && range.opt().size() == before.length) {
          back.add(() -> set(input, before));
          set(input, range.opt().stream().mapToLong(Long::longValue).toArray());
        }
      }
      return open(network);
    } finally {
      back.forEach(Runnable::run);
    }
  }

  private static void set(ITensor input, long... sizes) {
    try (Dims64 dims = Shapes.dims(sizes)) {
      input.setDimensions(dims);
    }
  }

  private static List<String> open(INetworkDefinition network) {
    List<String> open = new ArrayList<>();
    for (int i = 0; i < network.getNbOutputs(); i++) {
      ITensor output = network.getOutput(i);
      if (Arrays.stream(Shapes.of(output.getDimensions())).anyMatch(size -> size < 0)) {
        open.add(output.getName());
      }
    }
    return open;
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
