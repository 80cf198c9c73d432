package io.repfold.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Finds the files beside an ONNX file that hold weights of it (external data, TensorProto). The
 * numbers are the fields of onnx.proto.
 */
public final class ExternalWeights {
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

  private final Set<String> names = new TreeSet<>();

  private ExternalWeights() {}

  /**
   * The files by the names that the model gives them, in alphabetical order; none if the model is
   * in one file.
   *
   * @throws EngineException if the model cannot be read or is no ONNX file, or a file is missing or
   *     not under the model's folder
   */
  public static SortedMap<String, Path> of(Path model) {
    if (!Files.isRegularFile(model)) {
      String found = Files.exists(model) ? "it is not a file" : "no such file";
      throw new EngineException("Cannot read '%s': %s".formatted(model, found));
    }
    SortedMap<String, Path> files = new TreeMap<>();
    names(model).forEach(name -> files.put(name, beside(model, name)));
    return Collections.unmodifiableSortedMap(files);
  }

  private static Set<String> names(Path model) {
    try (FileChannel channel = FileChannel.open(model)) {
      if (channel.size() > Integer.MAX_VALUE) {
        throw new EngineException(
            "Cannot read '%s': it has %d bytes, and an ONNX file less than 2 GiB; keep its weights in a file beside it"
                .formatted(model, channel.size()));
      }
      return names(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
    } catch (IllegalArgumentException e) {
      throw new EngineException(
          "Cannot read '%s': it is no ONNX file: %s".formatted(model, e.getMessage()), e);
    } catch (IOException e) {
      throw new EngineException("Cannot read '%s': %s".formatted(model, e.getMessage()), e);
    }
  }

  private static Path beside(Path model, String name) {
    Path folder = model.toAbsolutePath().normalize().getParent();
    try {
      Path file = folder == null ? null : folder.resolve(name).normalize();
      if (file != null && file.startsWith(folder) && Files.isRegularFile(file)) {
        return file;
      }
    } catch (InvalidPathException e) {
      throw new EngineException(outside(model, name), e);
    }
    throw new EngineException(outside(model, name));
  }

  private static String outside(Path model, String name) {
    return "Cannot read '%s': its weights are said to be in '%s', and there is no such file in its folder"
        .formatted(model, name);
  }

  /**
   * The names of the files, as the model gives them, in alphabetical order.
   *
   * @throws IllegalArgumentException if the bytes are no ONNX model
   */
  static Set<String> names(ByteBuffer model) {
    ExternalWeights weights = new ExternalWeights();
    weights.search(Message.MODEL, model, 0);
    return weights.names;
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
    Map.Entry<String, String> entry = ProtoFields.entry(bytes);
    if (entry.getKey().equals("location")) {
      names.add(entry.getValue());
    }
  }
}
