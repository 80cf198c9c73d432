package io.repfold.onnx;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.repfold.graph.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Lays tensors out in one external file: in order, each at a multiple of 4096 bytes so that it can
 * be mapped.
 */
final class ExternalDataWriter {
  private static final int THRESHOLD = 1024;
  private static final int ALIGNMENT = 4096;
  private static final int CHUNK = 1 << 20;

  private final String location;
  private final List<Tensor> tensors = new ArrayList<>();
  private long end;

  /**
   * @param location the file as the model names it, relative to its own folder
   */
  ExternalDataWriter(String location) {
    this.location = location;
  }

  static Path beside(Path model) {
    return model.resolveSibling(model.getFileName() + ".data");
  }

  /** Gives a tensor of 1 KiB and more its place in the file; a smaller one stays as it is. */
  TensorProto place(String name, Tensor tensor, TensorProto inline) {
    int bytes = tensor.data().remaining();
    if (bytes < THRESHOLD) {
      return inline;
    }
    long offset = aligned(end);
    end = offset + bytes;
    tensors.add(tensor);
    return TensorWriter.withoutData(name, tensor)
        .setDocString(inline.getDocString())
        .addAllMetadataProps(inline.getMetadataPropsList())
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(entry("location", location))
        .addExternalData(entry("offset", Long.toString(offset)))
        .addExternalData(entry("length", Integer.toString(bytes)))
        .build();
  }

  /** Whether no tensor is large enough to lie outside. */
  boolean isEmpty() {
    return tensors.isEmpty();
  }

  private static long aligned(long position) {
    return (position + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  void writeTo(OutputStream out) throws IOException {
    byte[] chunk = new byte[CHUNK];
    byte[] zeros = new byte[ALIGNMENT];
    long position = 0;
    for (Tensor tensor : tensors) {
      int gap = (int) (aligned(position) - position);
      out.write(zeros, 0, gap);
      ByteBuffer data = tensor.data();
      position += gap + data.remaining();
      while (data.hasRemaining()) {
        int count = Math.min(data.remaining(), CHUNK);
        data.get(chunk, 0, count);
        out.write(chunk, 0, count);
      }
    }
  }
}
