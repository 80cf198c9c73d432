package io.repfold.tensorrt;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds the files beside an ONNX file that hold weights of it. The numbers are the fields of
 * onnx.proto.
 */
final class ExternalWeights {
  private enum Message {
    MODEL,
    GRAPH,
    NODE,
    ATTRIBUTE,
    TENSOR,
    SPARSE_TENSOR,
    FUNCTION,
    EXTERNAL_DATA
  }

  /** Which fields of a message hold messages in which a file may be named. */
  private static final Map<Message, Map<Integer, Message>> FIELDS =
      Map.of(
          Message.MODEL, Map.of(7, Message.GRAPH, 25, Message.FUNCTION),
          Message.GRAPH, Map.of(1, Message.NODE, 5, Message.TENSOR, 15, Message.SPARSE_TENSOR),
          Message.NODE, Map.of(5, Message.ATTRIBUTE),
          Message.ATTRIBUTE,
              Map.of(
                  5, Message.TENSOR,
                  6, Message.GRAPH,
                  10, Message.TENSOR,
                  11, Message.GRAPH,
                  22, Message.SPARSE_TENSOR,
                  23, Message.SPARSE_TENSOR),
          Message.TENSOR, Map.of(13, Message.EXTERNAL_DATA),
          Message.SPARSE_TENSOR, Map.of(1, Message.TENSOR, 2, Message.TENSOR),
          Message.FUNCTION, Map.of(7, Message.NODE, 11, Message.ATTRIBUTE),
          Message.EXTERNAL_DATA, Map.of());

  private static final int MOST_NESTED = 200;

  private final Set<String> locations = new TreeSet<>();

  private ExternalWeights() {}

  /**
   * The names of the files, as the model gives them, in alphabetical order.
   *
   * @throws IllegalArgumentException if the bytes are no ONNX model
   */
  static Set<String> of(ByteBuffer model) {
    ExternalWeights weights = new ExternalWeights();
    weights.search(Message.MODEL, model, 0);
    return weights.locations;
  }

  private void search(Message message, ByteBuffer bytes, int depth) {
    if (depth > MOST_NESTED) {
      throw new IllegalArgumentException("nested more than %d deep".formatted(MOST_NESTED));
    }
    if (message == Message.EXTERNAL_DATA) {
      readEntry(bytes);
      return;
    }
    Map<Integer, Message> inner = FIELDS.getOrDefault(message, Map.of());
    ProtoFields fields = new ProtoFields(bytes);
    while (fields.next()) {
      Message next = inner.get(fields.field());
      if (next != null) {
        search(next, fields.content(), depth + 1);
      }
    }
  }

  /** A key and a value, such as location and weights.bin. */
  private void readEntry(ByteBuffer bytes) {
    ProtoFields fields = new ProtoFields(bytes);
    String key = "";
    String value = "";
    while (fields.next()) {
      if (fields.field() == 1) {
        key = fields.text();
      } else if (fields.field() == 2) {
        value = fields.text();
      }
    }
    if (key.equals("location")) {
      locations.add(value);
    }
  }
}
