package io.repfold.runtime;

import java.util.Map;

/**
 * What an ONNX file says about itself; empty strings where it says nothing.
 *
 * @param producer the tool that wrote the file
 * @param graph the name of the graph
 * @param description the model's documentation
 * @param version the model's version number
 * @param custom key and value pairs (ONNX {@code metadata_props})
 */
public record ModelMetadata(
    String producer, String graph, String description, long version, Map<String, String> custom) {
  public ModelMetadata {
    custom = Map.copyOf(custom);
  }
}
