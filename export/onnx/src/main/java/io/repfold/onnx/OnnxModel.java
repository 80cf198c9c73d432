package io.repfold.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Value;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An ONNX model: a {@link Graph} and everything of a file that a graph does not hold, such as its
 * metadata, documentation and functions. Immutable.
 *
 * <p>What was read and did not change is written back as it was.
 */
public final class OnnxModel {
  private final ModelProto header;
  private final Source source;
  private final Graph graph;
  private final boolean external;

  /**
   * @param external whether data of the file lies in other files
   */
  OnnxModel(ModelProto header, Source source, boolean external) {
    this(header, source, source.graph(), external);
  }

  private OnnxModel(ModelProto header, Source source, Graph graph, boolean external) {
    this.header = header;
    this.source = source;
    this.graph = graph;
    this.external = external;
  }

  /**
   * Reads a file and the external data in its folder. Weights stay in the files, which must not be
   * changed in place while the model is in use; replacing a file, as {@link #write} does, is fine.
   *
   * @throws OnnxFormatException if the content is not valid; names the file, the place and what was
   *     expected
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static OnnxModel read(Path file) {
    return read(file, ReadOptions.DEFAULT);
  }

  /** Likewise, with weights that callers may override taken as the options say. */
  public static OnnxModel read(Path file, ReadOptions options) {
    return ModelReader.read(file, options);
  }

  /**
   * Reads a model from memory; it must hold all its data.
   *
   * @param name stands for the file in messages
   * @throws OnnxFormatException if the content is not valid
   */
  public static OnnxModel read(String name, byte[] model) {
    return read(name, model, ReadOptions.DEFAULT);
  }

  /** Likewise, with weights that callers may override taken as the options say. */
  public static OnnxModel read(String name, byte[] model, ReadOptions options) {
    return ModelReader.read(name, model, options);
  }

  /** A new model around a graph, with IR version 8 unless the graph's opset needs a later one. */
  public static OnnxModel of(Graph graph) {
    ModelProto header =
        ModelProto.newBuilder()
            .setIrVersion(Math.max(IrVersions.DEFAULT, IrVersions.of(graph.opset())))
            .setProducerName("repfold")
            .build();
    return new OnnxModel(header, Source.none(graph), false);
  }

  public Graph graph() {
    return graph;
  }

  /**
   * Whether a weight that callers of the file may override was taken as a constant, as {@link
   * ReadOptions#CONSTANT_WEIGHTS} does.
   */
  public boolean tookWeightsAsConstants() {
    Graph read = source.graph();
    return header.getIrVersion() >= IrVersions.INITIALIZERS_NEED_NO_INPUT
        && source.shell().getInputList().stream()
            .map(ValueInfoProto::getName)
            .anyMatch(name -> read.initializers().containsKey(name) && !read.isInput(name));
  }

  /** The same model with another graph in it. */
  public OnnxModel withGraph(Graph other) {
    return new OnnxModel(header, source, other, external);
  }

  /**
   * The version of the file format: the file's own, or a later one if the graph's opset was raised
   * beyond the file's.
   */
  public long irVersion() {
    boolean raised = graph.opset() > source.graph().opset();
    return raised
        ? Math.max(header.getIrVersion(), IrVersions.of(graph.opset()))
        : header.getIrVersion();
  }

  public String producerName() {
    return header.getProducerName();
  }

  public String producerVersion() {
    return header.getProducerVersion();
  }

  /** The file's {@code metadata_props}, in order. */
  public Map<String, String> metadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    header.getMetadataPropsList().forEach(e -> metadata.put(e.getKey(), e.getValue()));
    return Collections.unmodifiableMap(metadata);
  }

  /** The same model with one more entry, or another value for an entry that it has. */
  public OnnxModel withMetadata(String key, String value) {
    ModelProto.Builder changed = withoutMetadata(key).header.toBuilder();
    changed.addMetadataProps(StringStringEntryProto.newBuilder().setKey(key).setValue(value));
    return new OnnxModel(changed.build(), source, graph, external);
  }

  /** Likewise with several entries. */
  public OnnxModel withMetadata(Map<String, String> entries) {
    OnnxModel changed = this;
    for (Map.Entry<String, String> entry : entries.entrySet()) {
      changed = changed.withMetadata(entry.getKey(), entry.getValue());
    }
    return changed;
  }

  /** The same model without an entry of its metadata, if it has one under this key. */
  public OnnxModel withoutMetadata(String key) {
    List<StringStringEntryProto> others =
        header.getMetadataPropsList().stream().filter(e -> !e.getKey().equals(key)).toList();
    ModelProto changed =
        header.toBuilder().clearMetadataProps().addAllMetadataProps(others).build();
    return new OnnxModel(changed, source, graph, external);
  }

  /**
   * The same model with more outputs, to look at intermediate values. Their types are declared
   * where the model declares them; runtimes work out the others.
   *
   * @throws OnnxFormatException if the graph has no such value
   */
  public OnnxModel withExtraOutputs(List<String> values) {
    Graph.Builder result = graph.toBuilder();
    for (String name : List.copyOf(new LinkedHashSet<>(values))) {
      boolean exists =
          graph.isInput(name)
              || graph.initializers().containsKey(name)
              || graph.producer(name).isPresent();
      Check.that(exists, "Graph '%s' has no value '%s'", graph.name(), name);
      if (!graph.isOutput(name)) {
        Value unknown = new Value(name, Optional.empty(), Optional.empty());
        result.output(graph.declared().getOrDefault(name, unknown));
      }
    }
    return withGraph(result.build());
  }

  /**
   * The node with a body, such as a branch of an If, that defines a value of this name for itself.
   * The graph has no such value. Empty for nodes that were not read from a file.
   */
  public Optional<Node> nodeWithBodyThatDefines(String value) {
    return graph.nodes().stream()
        .filter(node -> source.sameOp(node).filter(read -> Bodies.define(read, value)).isPresent())
        .findFirst();
  }

  /** Whether data of the file that was read lies in other files. */
  public boolean hasExternalData() {
    return external;
  }

  /**
   * Writes one file, or two if it would not fit one or the weights lay outside when they were read.
   */
  public void write(Path file) {
    write(file, WriteOptions.DEFAULT);
  }

  /**
   * Writes the model. The file appears complete or not at all, and may be the one that was read.
   *
   * @throws OnnxFormatException if the graph's opset has no form for an op as it is
   * @throws java.io.UncheckedIOException if it cannot be written; what was there before is
   *     unchanged
   */
  public void write(Path file, WriteOptions options) {
    ModelWriter.write(this, file, options);
  }

  /**
   * The model as one message.
   *
   * @throws OnnxFormatException if it is larger than 2 GiB
   */
  public byte[] toBytes() {
    return ModelWriter.toBytes(this);
  }

  ModelProto header() {
    return header;
  }

  Source source() {
    return source;
  }
}
