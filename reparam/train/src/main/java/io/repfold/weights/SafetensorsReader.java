package io.repfold.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.repfold.graph.ElementType;
import io.repfold.graph.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;

/**
 * Files of safetensors: the length of a JSON header, the header, and the data that it describes,
 * little-endian and row-major, without holes.
 *
 * <p>Source: "Format" in the documentation of safetensors, and its {@code tensor.rs}.
 */
final class SafetensorsReader {
  static final String METADATA = "__metadata__";
  private static final int LENGTH_BYTES = Long.BYTES;
  private static final int LONGEST_HEADER = 100_000_000;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final ByteBuffer data;
  private final List<Place> places = new ArrayList<>();

  private SafetensorsReader(ByteBuffer data) {
    this.data = data;
  }

  private record Place(String name, int start, int end) {}

  /** Whether a file begins with a length below the limit and an object. */
  static boolean isOne(ByteBuffer file) {
    return file.remaining() > LENGTH_BYTES
        && file.get(LENGTH_BYTES) == '{'
        && headerLength(file) >= 0
        && headerLength(file) <= LONGEST_HEADER;
  }

  private static long headerLength(ByteBuffer file) {
    return file.duplicate().order(ByteOrder.LITTLE_ENDIAN).getLong(0);
  }

  static Map<String, Tensor> read(ByteBuffer file) {
    long length = headerLength(file);
    int left = file.remaining() - LENGTH_BYTES;
    Check.that(
        length <= left,
        "names a header of %d bytes, and has %d; it was not copied whole",
        length,
        left);
    byte[] header = new byte[(int) length];
    file.get(LENGTH_BYTES, header);
    int start = LENGTH_BYTES + header.length;
    return new SafetensorsReader(file.slice(start, file.limit() - start)).read(header);
  }

  private Map<String, Tensor> read(byte[] header) {
    JsonNode json;
    try {
      json = MAPPER.readTree(header);
    } catch (JsonProcessingException e) {
      throw new WeightsException("has a header that is not JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new WeightsException("has a header that cannot be read: " + e.getMessage(), e);
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Entry<String, JsonNode> field : json.properties()) {
      if (!field.getKey().equals(METADATA)) {
        tensors.put(field.getKey(), tensor(field.getKey(), field.getValue()));
      }
    }
    requireNoHoles();
    return tensors;
  }

  private Tensor tensor(String name, JsonNode entry) {
    String dtype = entry.path("dtype").asText();
    ElementType type =
        SafetensorsTypes.of(dtype)
            .orElseThrow(
                () ->
                    new WeightsException(
                        "tensor '%s' has dtype '%s', which is not read; save it as F32"
                            .formatted(name, dtype)));
    List<Long> dims = integers(name, "shape", entry);
    List<Long> offsets = integers(name, "data_offsets", entry);
    Check.that(
        offsets.size() == 2
            && offsets.get(0) <= offsets.get(1)
            && offsets.get(1) <= data.remaining(),
        "tensor '%s' lies at %s in %d bytes of data; it is damaged or was not copied whole",
        name,
        offsets,
        data.remaining());
    int start = offsets.get(0).intValue();
    int end = offsets.get(1).intValue();
    ByteBuffer content = data.slice(start, end - start);
    TensorView view =
        new TensorView(
            Storage.of(name, content, ByteOrder.LITTLE_ENDIAN), type, 0, dims, List.of());
    Check.that(
        view.size() * view.elementBytes() == content.remaining(),
        "tensor '%s' is %s of %s, and has %d bytes of data; it is damaged",
        name,
        dims,
        dtype,
        content.remaining());
    places.add(new Place(name, start, end));
    return Tensor.of(type, content, dims.stream().mapToLong(Long::longValue).toArray());
  }

  private static List<Long> integers(String name, String key, JsonNode entry) {
    List<Long> integers = new ArrayList<>();
    for (JsonNode item : entry.path(key)) {
      Check.that(
          item.isIntegralNumber() && item.canConvertToLong() && item.asLong() >= 0,
          "tensor '%s' has %s in '%s', expected a count",
          name,
          item,
          key);
      integers.add(item.asLong());
    }
    Check.that(entry.path(key).isArray(), "tensor '%s' has no list '%s'", name, key);
    return integers;
  }

  private void requireNoHoles() {
    places.sort(Comparator.comparingInt(Place::start).thenComparingInt(Place::end));
    int next = 0;
    for (Place place : places) {
      Check.that(
          place.start() == next,
          "tensor '%s' begins at byte %d of the data, expected %d; tensors must not overlap or leave holes",
          place.name(),
          place.start(),
          next);
      next = place.end();
    }
    Check.that(
        next == data.remaining(),
        "has %d bytes of data, and its tensors end at %d; it is damaged",
        data.remaining(),
        next);
  }
}
