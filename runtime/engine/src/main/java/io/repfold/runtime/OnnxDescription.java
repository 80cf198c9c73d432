package io.repfold.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What an ONNX file says of itself, read without loading its weights. The numbers are the fields of
 * onnx.proto.
 *
 * @param inputs those that a run must give
 * @param outputs all of them, in the file's order
 * @param metadata of the model and its graph
 */
public record OnnxDescription(
    List<TensorInfo> inputs, List<TensorInfo> outputs, ModelMetadata metadata) {
  private static final Map<Integer, ElementType> TYPES =
      Map.ofEntries(
          Map.entry(1, ElementType.FLOAT),
          Map.entry(2, ElementType.UINT8),
          Map.entry(3, ElementType.INT8),
          Map.entry(4, ElementType.UINT16),
          Map.entry(5, ElementType.INT16),
          Map.entry(6, ElementType.INT32),
          Map.entry(7, ElementType.INT64),
          Map.entry(9, ElementType.BOOL),
          Map.entry(10, ElementType.FLOAT16),
          Map.entry(11, ElementType.DOUBLE),
          Map.entry(12, ElementType.UINT32),
          Map.entry(13, ElementType.UINT64),
          Map.entry(16, ElementType.BFLOAT16));

  public OnnxDescription {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /**
   * Reads a file.
   *
   * @throws EngineException if it is no ONNX file
   */
  public static OnnxDescription of(Path model) {
    if (!Files.isRegularFile(model)) {
      String found = Files.exists(model) ? "it is not a file" : "no such file";
      throw new EngineException("Cannot read '%s': %s".formatted(model, found));
    }
    try (FileChannel channel = FileChannel.open(model)) {
      return of(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
    } catch (IOException | IllegalArgumentException e) {
      throw new EngineException(
          "Cannot read '%s': it is no ONNX file: %s".formatted(model, e.getMessage()), e);
    }
  }

  /**
   * @throws IllegalArgumentException if the bytes are no model
   */
  static OnnxDescription of(ByteBuffer model) {
    ProtoFields fields = new ProtoFields(model);
    String producer = "";
    String description = "";
    long version = 0;
    Map<String, String> custom = new LinkedHashMap<>();
    GraphPart graph = new GraphPart();
    while (fields.next()) {
      switch (fields.field()) {
        case 2 -> producer = fields.text();
        case 5 -> version = fields.number();
        case 6 -> description = fields.text();
        case 7 -> graph.read(fields.content());
        case 14 -> {
          Map.Entry<String, String> entry = ProtoFields.entry(fields.content());
          custom.put(entry.getKey(), entry.getValue());
        }
        default -> {
          // Nothing that is asked for.
        }
      }
    }
    if (graph.outputs.isEmpty()) {
      throw new IllegalArgumentException("it has no graph with outputs");
    }
    graph.inputs.removeIf(input -> graph.weights.contains(input.name()));
    return new OnnxDescription(
        graph.inputs,
        graph.outputs,
        new ModelMetadata(producer, graph.name, description, version, custom));
  }

  /** The fields of a graph that are of use here. */
  private static final class GraphPart {
    String name = "";
    final List<TensorInfo> inputs = new ArrayList<>();
    final List<TensorInfo> outputs = new ArrayList<>();
    final Set<String> weights = new HashSet<>();

    void read(ByteBuffer graph) {
      ProtoFields fields = new ProtoFields(graph);
      while (fields.next()) {
        switch (fields.field()) {
          case 2 -> name = fields.text();
          case 5 -> weights.add(text(fields.content(), 8));
          case 11 -> inputs.add(tensor(fields.content()));
          case 12 -> outputs.add(tensor(fields.content()));
          default -> {
            // Nothing that is asked for.
          }
        }
      }
    }
  }

  /** The text in one field of a message. */
  private static String text(ByteBuffer message, int field) {
    ProtoFields fields = new ProtoFields(message);
    String text = "";
    while (fields.next()) {
      text = fields.field() == field ? fields.text() : text;
    }
    return text;
  }

  /** The message in one field of a message; empty if there is none. */
  private static ByteBuffer inner(ByteBuffer message, int field) {
    ProtoFields fields = new ProtoFields(message);
    ByteBuffer inner = ByteBuffer.allocate(0);
    while (fields.next()) {
      inner = fields.field() == field ? fields.content() : inner;
    }
    return inner;
  }

  private static TensorInfo tensor(ByteBuffer value) {
    String name = text(value, 1);
    ProtoFields fields = new ProtoFields(inner(inner(value, 2), 1));
    ElementType type = null;
    List<Dimension> dimensions = new ArrayList<>();
    while (fields.next()) {
      if (fields.field() == 1) {
        type = TYPES.get((int) fields.number());
      } else if (fields.field() == 2) {
        addDimensions(fields.content(), dimensions);
      }
    }
    if (type == null) {
      throw new IllegalArgumentException(
          "its input or output '%s' is no tensor of numbers of whole bytes".formatted(name));
    }
    return new TensorInfo(name, type, dimensions);
  }

  private static void addDimensions(ByteBuffer shape, List<Dimension> dimensions) {
    ProtoFields fields = new ProtoFields(shape);
    while (fields.next()) {
      if (fields.field() == 1) {
        dimensions.add(dimension(fields.content()));
      }
    }
  }

  private static Dimension dimension(ByteBuffer bytes) {
    ProtoFields fields = new ProtoFields(bytes);
    Dimension dimension = new Dimension(-1, "");
    while (fields.next()) {
      if (fields.field() == 1) {
        dimension = new Dimension(fields.number(), "");
      } else if (fields.field() == 2) {
        dimension = new Dimension(-1, fields.text());
      }
    }
    return dimension;
  }

  /** The inputs of which a size is open. */
  public List<TensorInfo> open() {
    return inputs.stream().filter(TensorInfo::isDynamic).toList();
  }
}
