package io.repfold.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.graph.Graph;
import io.repfold.graph.Tensor;
import io.repfold.onnx.OnnxFormatException;
import io.repfold.onnx.OnnxModel;
import io.repfold.onnx.Sha256;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * A {@link TrainingState} in a file: an ONNX file without nodes, whose initializers are the tensors
 * and whose metadata hold the counts, the SHA-256 of the weights' file that it belongs to, and that
 * of all this.
 */
final class StateFile {
  private static final String KEY = "repfold.training_state";
  private static final String DIGEST = "repfold.training_state.sha256";
  private static final String GRAPH = "training_state";
  private static final int VERSION = 1;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private StateFile() {}

  /**
   * A state and the weights that it belongs to.
   *
   * @param weights SHA-256 of their file
   */
  record Content(TrainingState state, String weights) {}

  static void write(Path file, Content content) {
    Graph graph = new Graph.Builder(GRAPH).replaceInitializers(content.state().tensors()).build();
    String header = header(content);
    OnnxModel.of(graph)
        .withMetadata(KEY, header)
        .withMetadata(DIGEST, digest(header, content.state().tensors()))
        .write(file);
  }

  private static String header(Content content) {
    Progress progress = content.state().progress();
    ObjectNode json = MAPPER.createObjectNode();
    json.put("version", VERSION);
    json.put("weights", content.weights());
    json.put("epoch", progress.epoch());
    json.put("batch", progress.batch());
    json.put("step", progress.step());
    json.put("loss_sum", progress.lossSum());
    if (!Double.isNaN(progress.best())) {
      json.put("best", progress.best());
    }
    json.put("best_epoch", progress.bestEpoch());
    json.put("stopped", progress.stopped());
    return json.toString();
  }

  /**
   * @throws RunException if the file is not one that {@link #write} wrote, or was changed since
   */
  static Content read(Path file) {
    try {
      OnnxModel model = OnnxModel.read(file);
      String header = model.metadata().get(KEY);
      if (header == null) {
        throw damaged(file, "it is an ONNX file, but holds no training state");
      }
      Map<String, Tensor> tensors = model.graph().initializers();
      JsonNode json = MAPPER.readTree(header);
      int version = json.path("version").asInt();
      if (version != VERSION) {
        throw damaged(file, "its version is %d, expected %d".formatted(version, VERSION));
      }
      if (!digest(header, tensors).equals(model.metadata().get(DIGEST))) {
        throw damaged(file, "its content does not have the SHA-256 that it names");
      }
      Progress progress = progress(json);
      return new Content(new TrainingState(progress, tensors), json.path("weights").asText());
    } catch (OnnxFormatException | JsonProcessingException | IllegalArgumentException e) {
      throw new RunException(
          e,
          "%s: is damaged: %s. Put a copy in its place or begin a new run",
          file,
          e.getMessage());
    }
  }

  private static RunException damaged(Path file, String why) {
    return new RunException(
        "%s: is damaged: %s. Put a copy in its place or begin a new run", file, why);
  }

  private static Progress progress(JsonNode json) {
    return new Progress(
        number(json, "epoch").intValue(),
        number(json, "batch").intValue(),
        number(json, "step").longValue(),
        number(json, "loss_sum").doubleValue(),
        json.has("best") ? number(json, "best").doubleValue() : Double.NaN,
        number(json, "best_epoch").intValue(),
        json.path("stopped").asBoolean());
  }

  private static Number number(JsonNode json, String key) {
    JsonNode value = json.path(key);
    if (!value.isNumber()) {
      throw new IllegalArgumentException("'%s' is missing or no number".formatted(key));
    }
    return value.numberValue();
  }

  private static String digest(String header, Map<String, Tensor> tensors) {
    MessageDigest digest = Sha256.digest();
    digest.update(header.getBytes(StandardCharsets.UTF_8));
    new TreeMap<>(tensors)
        .forEach(
            (name, tensor) -> {
              String label =
                  "%s %s %s\n".formatted(name, tensor.type(), Arrays.toString(tensor.dims()));
              digest.update(label.getBytes(StandardCharsets.UTF_8));
              digest.update(tensor.data());
            });
    return HexFormat.of().formatHex(digest.digest());
  }
}
