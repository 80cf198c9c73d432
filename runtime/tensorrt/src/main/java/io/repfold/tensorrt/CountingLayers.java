package io.repfold.tensorrt;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The layers of a network that find out how large their outputs are only when they run, and which
 * outputs of the network that concerns.
 *
 * @param byTensor the layer that computes a tensor, by the tensor's name
 */
record CountingLayers(Map<String, Layer> byTensor) {
  /**
   * A layer.
   *
   * @param name of the node that it was made of
   * @param counts the ONNX operator if the layer's output is as large as its values want, empty for
   *     all others
   * @param inputs names of the tensors that it reads
   * @param outputs names of the tensors that it computes
   */
  record Layer(String name, String counts, List<String> inputs, List<String> outputs) {
    Layer {
      inputs = List.copyOf(inputs);
      outputs = List.copyOf(outputs);
    }
  }

  static CountingLayers of(List<Layer> layers) {
    Map<String, Layer> byTensor = new LinkedHashMap<>();
    layers.forEach(layer -> layer.outputs().forEach(tensor -> byTensor.put(tensor, layer)));
    return new CountingLayers(byTensor);
  }

  /**
   * What is wrong with outputs that have no fixed shape although all inputs have one. Those that do
   * not come from a layer that counts are left to TensorRT.
   *
   * @param outputs names of these outputs
   */
  List<String> problems(List<String> outputs) {
    List<String> problems = new ArrayList<>();
    for (String output : outputs) {
      source(output)
          .ifPresent(
              layer ->
                  problems.add(
                      "the shape of output '%s' depends on values: node '%s' (%s) finds as many as there are in its input, and memory for outputs is reserved before a run. End the model before that node, as onnx.utils.extract_model does, and compute the rest after the run"
                          .formatted(output, layer.name(), layer.counts())));
    }
    return problems;
  }

  /** The nearest layer before a tensor that counts. */
  private Optional<Layer> source(String tensor) {
    Deque<String> waiting = new ArrayDeque<>(List.of(tensor));
    Set<String> seen = new HashSet<>(waiting);
    while (!waiting.isEmpty()) {
      Layer layer = byTensor.get(waiting.remove());
      if (layer != null && !layer.counts().isEmpty()) {
        return Optional.of(layer);
      }
      if (layer != null) {
        layer.inputs().stream().filter(seen::add).forEach(waiting::add);
      }
    }
    return Optional.empty();
  }
}
