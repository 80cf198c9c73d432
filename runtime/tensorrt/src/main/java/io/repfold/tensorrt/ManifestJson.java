package io.repfold.tensorrt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.runtime.Dimension;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.TensorInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A manifest as JSON. */
final class ManifestJson {
  private static final int FORMAT = 2;

  private ManifestJson() {}

  static String text(PlanManifest manifest) {
    ObjectNode root = Json.object();
    root.put("format", FORMAT);
    root.put("model", manifest.model());
    root.put("sha256", manifest.sha256());
    root.put("bytes", manifest.bytes());
    ObjectNode key = root.putObject("key");
    manifest.key().fields().forEach(key::put);
    root.set("inputs", tensors(manifest.inputs()));
    root.set("outputs", tensors(manifest.outputs()));
    root.set("plugins", plugins(manifest.plugins()));
    root.set("layers", layers(manifest.layers()));
    return Json.text(root);
  }

  /**
   * @throws IllegalArgumentException if the text is no manifest
   */
  static PlanManifest read(String text) {
    JsonNode root = Json.parse(text);
    long format = Json.number(root, "format");
    if (format != FORMAT) {
      throw new IllegalArgumentException(
          "it is of format %d, and this version reads %d".formatted(format, FORMAT));
    }
    Map<String, String> key = new LinkedHashMap<>();
    JsonNode fields = Json.member(root, "key");
    fields.fieldNames().forEachRemaining(name -> key.put(name, Json.string(fields, name)));
    return new PlanManifest(
        Json.string(root, "model"),
        Json.string(root, "sha256"),
        Json.number(root, "bytes"),
        PlanKey.of(key),
        tensors(Json.member(root, "inputs")),
        tensors(Json.member(root, "outputs")),
        plugins(Json.member(root, "plugins")),
        layers(Json.member(root, "layers")));
  }

  private static ArrayNode plugins(List<PlanPlugin> plugins) {
    ArrayNode all = Json.array();
    for (PlanPlugin plugin : plugins) {
      ObjectNode entry = all.addObject();
      entry.put("name", plugin.name());
      entry.put("sha256", plugin.sha256());
    }
    return all;
  }

  private static List<PlanPlugin> plugins(JsonNode array) {
    List<PlanPlugin> plugins = new ArrayList<>();
    for (JsonNode entry : array) {
      plugins.add(new PlanPlugin(Json.string(entry, "name"), Json.string(entry, "sha256")));
    }
    return plugins;
  }

  static ArrayNode tensors(List<TensorInfo> tensors) {
    ArrayNode all = Json.array();
    for (TensorInfo tensor : tensors) {
      ObjectNode entry = all.addObject();
      entry.put("name", tensor.name());
      entry.put("type", tensor.type().toString());
      ArrayNode shape = entry.putArray("shape");
      for (Dimension dimension : tensor.dimensions()) {
        if (dimension.symbol().isEmpty()) {
          shape.add(dimension.size());
        } else {
          shape.add(dimension.symbol());
        }
      }
    }
    return all;
  }

  static List<TensorInfo> tensors(JsonNode array) {
    List<TensorInfo> tensors = new ArrayList<>();
    for (JsonNode entry : array) {
      List<Dimension> dimensions = new ArrayList<>();
      for (JsonNode size : Json.member(entry, "shape")) {
        if (!size.canConvertToLong() && !size.isTextual()) {
          throw new IllegalArgumentException("'%s' is no size".formatted(size));
        }
        dimensions.add(
            size.isTextual()
                ? new Dimension(-1, size.textValue())
                : new Dimension(size.longValue(), ""));
      }
      ElementType type = type(Json.string(entry, "type"));
      tensors.add(new TensorInfo(Json.string(entry, "name"), type, dimensions));
    }
    return tensors;
  }

  private static ElementType type(String name) {
    return Arrays.stream(ElementType.values())
        .filter(type -> type.toString().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("'%s' is no type".formatted(name)));
  }

  static ArrayNode layers(List<PlanLayer> layers) {
    ArrayNode all = Json.array();
    for (PlanLayer layer : layers) {
      ObjectNode entry = all.addObject();
      entry.put("name", layer.name());
      entry.put("type", layer.type());
      entry.put("output", layer.output());
      entry.put("tactic", layer.tactic());
    }
    return all;
  }

  static List<PlanLayer> layers(JsonNode array) {
    List<PlanLayer> layers = new ArrayList<>();
    for (JsonNode entry : array) {
      layers.add(
          new PlanLayer(
              Json.string(entry, "name"),
              Json.string(entry, "type"),
              Json.string(entry, "output"),
              Json.string(entry, "tactic")));
    }
    return layers;
  }
}
