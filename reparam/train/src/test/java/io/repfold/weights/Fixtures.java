package io.repfold.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.repfold.graph.ElementType;
import io.repfold.graph.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.StreamSupport;

/** Files that {@code make_fixtures.py} had PyTorch, NumPy and safetensors write. */
final class Fixtures {
  private Fixtures() {}

  static Path file(String name) {
    try {
      return Path.of(Fixtures.class.getResource("/weights/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static byte[] bytes(String name) {
    try {
      return Files.readAllBytes(file(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the framework itself reads, by file, and by file and key where one is given. */
  static JsonNode expected() {
    try {
      return new ObjectMapper().readTree(bytes("expected.json"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Map<String, Tensor> expected(String name) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (JsonNode entry : expected().get(name)) {
      tensors.put(
          entry.get(0).asText(),
          Tensor.ofDoubles(
              ElementType.valueOf(entry.get(1).asText()),
              StreamSupport.stream(entry.get(3).spliterator(), false)
                  .mapToDouble(JsonNode::asDouble)
                  .toArray(),
              StreamSupport.stream(entry.get(2).spliterator(), false)
                  .mapToLong(JsonNode::asLong)
                  .toArray()));
    }
    return tensors;
  }
}
