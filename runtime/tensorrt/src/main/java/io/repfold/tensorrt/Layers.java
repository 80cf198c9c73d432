package io.repfold.tensorrt;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.tensorrt.global.nvinfer.LayerInformationFormat;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;
import org.bytedeco.tensorrt.nvinfer.IEngineInspector;
import org.jspecify.annotations.Nullable;

/** The layers of an engine, by TensorRT's inspector. */
final class Layers {
  private Layers() {}

  /** In the order of execution; none if the inspector does not say. */
  static List<PlanLayer> of(ICudaEngine engine) {
    long mark = TrtLogger.messages().mark();
    try (NativeObject<IEngineInspector> inspector =
        NativeObject.of("engine inspector", engine.createEngineInspector(), mark)) {
      String json = inspector.get().getEngineInformation(LayerInformationFormat.kJSON);
      return parse(json == null ? "{}" : json);
    }
  }

  /**
   * Reads what the inspector says. NVIDIA documents its form only by example, and it grows: what is
   * missing stays empty.
   */
  static List<PlanLayer> parse(String json) {
    JsonNode layers;
    try {
      layers = Json.parse(json).path("Layers");
    } catch (IllegalArgumentException e) {
      return List.of();
    }
    List<PlanLayer> all = new ArrayList<>();
    for (JsonNode layer : layers) {
      all.add(layer.isTextual() ? new PlanLayer(layer.textValue(), "", "", "") : layer(layer));
    }
    return all;
  }

  private static PlanLayer layer(JsonNode layer) {
    String type = text(layer.path("ParameterType"));
    String tactic = text(layer.path("TacticName"));
    return new PlanLayer(
        text(layer.path("Name")),
        type.isEmpty() ? text(layer.path("LayerType")) : type,
        output(layer.path("Outputs").path(0)),
        tactic.isEmpty() ? text(layer.path("TacticValue")) : tactic);
  }

  private static String output(JsonNode output) {
    String format = text(output.path("Format/Datatype"));
    JsonNode sizes = output.path("Dimensions");
    List<String> shape = new ArrayList<>();
    sizes.forEach(size -> shape.add(size.asText()));
    return (format + (shape.isEmpty() ? "" : " " + String.join("x", shape))).strip();
  }

  private static String text(@Nullable JsonNode node) {
    return node == null ? "" : node.asText("");
  }
}
