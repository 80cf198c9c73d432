package io.repfold.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import io.repfold.graph.Graph;
import io.repfold.graph.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;

/** Lays a model out as messages and streams them into files. */
final class ModelWriter {
  /** Room for what is not counted: the header and the lengths of messages. */
  private static final long LARGEST_MESSAGE = Integer.MAX_VALUE - (1L << 20);

  private static final int BUFFER_BYTES = 1 << 20;

  private ModelWriter() {}

  static void write(OnnxModel model, Path file, WriteOptions options) {
    write(model, file, options, LARGEST_MESSAGE);
  }

  /**
   * @param limit the most bytes of one file
   */
  static void write(OnnxModel model, Path file, WriteOptions options, long limit) {
    try {
      boolean asked =
          switch (options.externalData()) {
            case ALWAYS -> true;
            case AUTOMATIC -> model.hasExternalData();
            case IF_NEEDED -> false;
          };
      if (asked || weights(model.graph()) > limit) {
        writeWithExternalData(model, file, limit);
        return;
      }
      ModelProto proto = toProto(model);
      if (size(proto) > limit) {
        writeWithExternalData(model, file, limit);
      } else {
        AtomicFile.write(file, out -> stream(proto, out));
      }
    } catch (OnnxFormatException e) {
      throw e.in(file.toString());
    }
  }

  private static void writeWithExternalData(OnnxModel model, Path file, long limit) {
    Path dataFile = ExternalDataWriter.beside(file);
    ExternalDataWriter layout = new ExternalDataWriter(dataFile.getFileName().toString());
    ModelProto proto =
        toProto(model, (name, tensor) -> layout.place(name, tensor, inline(model, name, tensor)));
    Check.that(
        size(proto) <= limit,
        "The model is larger than 2 GiB even without its initializers: its Constant nodes or bodies"
            + " are too large. Turn the constants into initializers");
    if (layout.isEmpty()) {
      AtomicFile.write(file, out -> stream(proto, out));
      return;
    }
    try (AtomicFile data = AtomicFile.create(dataFile);
        AtomicFile main = AtomicFile.create(file)) {
      data.fill(layout::writeTo);
      main.fill(out -> stream(proto, out));
      data.commit();
      main.commit();
    }
  }

  static byte[] toBytes(OnnxModel model) {
    String tooLarge =
        "The model is larger than 2 GiB and cannot be one message; write it to a file";
    Check.that(weights(model.graph()) <= LARGEST_MESSAGE, "%s", tooLarge);
    ModelProto proto = toProto(model);
    Check.that(size(proto) <= LARGEST_MESSAGE, "%s", tooLarge);
    return proto.toByteArray();
  }

  private static void stream(ModelProto proto, OutputStream out) throws IOException {
    CodedOutputStream coded = CodedOutputStream.newInstance(out, BUFFER_BYTES);
    proto.writeTo(coded);
    coded.flush();
  }

  /** Counted before any message is sized, since the size of one message is 31 bits. */
  private static long weights(Graph graph) {
    return graph.initializers().values().stream().mapToLong(t -> t.data().remaining()).sum();
  }

  /** The size of the parts, summed in 64 bits; the message's own sum would overflow. */
  private static long size(ModelProto proto) {
    GraphProto graph = proto.getGraph();
    return size(graph.getInitializerList())
        + size(graph.getSparseInitializerList())
        + size(graph.getNodeList())
        + size(graph.getValueInfoList())
        + size(proto.getFunctionsList())
        + size(proto.getTrainingInfoList());
  }

  private static long size(List<? extends MessageLite> messages) {
    long size = 0;
    for (MessageLite message : messages) {
      size += message.getSerializedSize() + 8L;
    }
    return size;
  }

  private static ModelProto toProto(OnnxModel model) {
    return toProto(model, (name, tensor) -> inline(model, name, tensor));
  }

  private static TensorProto inline(OnnxModel model, String name, Tensor tensor) {
    return model.source().unchanged(name, tensor).orElseGet(() -> TensorWriter.write(name, tensor));
  }

  private static ModelProto toProto(
      OnnxModel model, BiFunction<String, Tensor, TensorProto> tensors) {
    Graph graph = model.graph();
    ModelProto.Builder proto = model.header().toBuilder().setIrVersion(model.irVersion());
    if (proto.getOpsetImportCount() == 0
        || !graph.opsets().equals(model.source().graph().opsets())) {
      proto.clearOpsetImport();
      graph
          .opsets()
          .forEach(
              (domain, version) ->
                  proto.addOpsetImport(
                      OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version)));
    }
    boolean listsConstants = model.irVersion() < IrVersions.INITIALIZERS_NEED_NO_INPUT;
    return proto
        .setGraph(GraphWriter.write(graph, model.source(), listsConstants, tensors))
        .build();
  }
}
