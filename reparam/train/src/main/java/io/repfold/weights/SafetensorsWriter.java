package io.repfold.weights;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.graph.Tensor;
import io.repfold.onnx.AtomicFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;

/** Writes files of safetensors, with wide elements first, so that each tensor is aligned. */
final class SafetensorsWriter {
  private static final int ALIGNMENT = 8;

  private SafetensorsWriter() {}

  static void write(Path file, Map<String, Tensor> tensors) {
    List<Entry<String, Tensor>> ordered = new ArrayList<>(tensors.entrySet());
    ordered.sort(Comparator.comparingInt(entry -> -entry.getValue().type().bits()));
    byte[] header = header(ordered);
    AtomicFile.write(
        file,
        out -> {
          out.write(header);
          write(out, ordered);
        });
  }

  private static void write(OutputStream out, List<Entry<String, Tensor>> tensors)
      throws IOException {
    WritableByteChannel channel = Channels.newChannel(out);
    for (Entry<String, Tensor> entry : tensors) {
      ByteBuffer data = entry.getValue().data();
      while (data.hasRemaining()) {
        channel.write(data);
      }
    }
  }

  private static byte[] header(List<Entry<String, Tensor>> tensors) {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.putObject(SafetensorsReader.METADATA).put("format", "pt");
    long start = 0;
    for (Entry<String, Tensor> named : tensors) {
      Tensor tensor = named.getValue();
      String type =
          SafetensorsTypes.nameOf(tensor.type())
              .orElseThrow(
                  () ->
                      new WeightsException(
                          "tensor '%s' is %s, which safetensors has no name for"
                              .formatted(named.getKey(), tensor.describe())));
      Check.that(
          !named.getKey().equals(SafetensorsReader.METADATA),
          "a tensor must not be named '%s' in safetensors",
          named.getKey());
      ObjectNode entry = json.putObject(named.getKey());
      entry.put("dtype", type);
      ArrayNode shape = entry.putArray("shape");
      Arrays.stream(tensor.dims()).forEach(shape::add);
      long end = start + tensor.data().remaining();
      entry.putArray("data_offsets").add(start).add(end);
      start = end;
    }
    byte[] text = json.toString().getBytes(StandardCharsets.UTF_8);
    int padded = (text.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    byte[] header = new byte[Long.BYTES + padded];
    Arrays.fill(header, (byte) ' ');
    ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).putLong(padded).put(text);
    return header;
  }
}
