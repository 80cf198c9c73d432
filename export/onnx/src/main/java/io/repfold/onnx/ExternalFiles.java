package io.repfold.onnx;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The files beside a model that hold its external data. Only files inside the model's folder are
 * opened, whatever the model says.
 */
final class ExternalFiles {
  private final Path folder;
  private boolean used;
  private final Map<String, ByteBuffer> mappings = new HashMap<>();

  ExternalFiles(Path model) {
    Path parent = model.toAbsolutePath().getParent();
    this.folder = parent == null ? model.toAbsolutePath() : parent;
  }

  /** Whether a tensor was asked for. */
  boolean areUsed() {
    return used;
  }

  /** The tensor with its data mapped in as raw data. */
  TensorProto inline(TensorProto tensor, String label) {
    used = true;
    Map<String, String> entries = new HashMap<>();
    for (StringStringEntryProto entry : tensor.getExternalDataList()) {
      entries.put(entry.getKey(), entry.getValue());
    }
    String location = entries.getOrDefault("location", "");
    Check.that(!location.isEmpty(), "%s names no file for its external data", label);
    int bytes = TensorReader.rawBytes(tensor, label);
    long offset = number(entries, "offset", 0, label);
    long length = number(entries, "length", bytes, label);
    Check.that(
        length == bytes,
        "%s of shape %s takes %d bytes, but its external data is declared as %d",
        label,
        tensor.getDimsList(),
        bytes,
        length);
    ByteBuffer data = bytes == 0 ? ByteBuffer.allocate(0) : region(location, offset, bytes, label);
    return tensor.toBuilder()
        .clearExternalData()
        .clearDataLocation()
        .setRawData(UnsafeByteOperations.unsafeWrap(data))
        .build();
  }

  private static long number(
      Map<String, String> entries, String key, long otherwise, String label) {
    String text = entries.get(key);
    if (text == null) {
      return otherwise;
    }
    try {
      long value = Long.parseLong(text);
      Check.that(value >= 0, "%s: external data has the negative %s %d", label, key, value);
      return value;
    } catch (NumberFormatException e) {
      throw new OnnxFormatException(
          "%s: external data has the %s '%s', which is no 64-bit number"
              .formatted(label, key, text),
          e);
    }
  }

  private ByteBuffer region(String location, long offset, int bytes, String label) {
    ByteBuffer whole = mappings.get(location);
    if (whole != null && offset <= whole.capacity() - (long) bytes) {
      return whole.slice((int) offset, bytes);
    }
    Path file = resolve(location, label);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      Check.that(
          offset <= channel.size() - bytes,
          "%s: its data is %d bytes at %d of '%s', but that file has %d bytes. Is the download"
              + " complete?",
          label,
          bytes,
          offset,
          location,
          channel.size());
      if (channel.size() > Integer.MAX_VALUE) {
        return channel.map(FileChannel.MapMode.READ_ONLY, offset, bytes);
      }
      ByteBuffer mapping = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      mappings.put(location, mapping);
      return mapping.slice((int) offset, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  private Path resolve(String location, String label) {
    try {
      boolean leaves =
          location.indexOf('\0') >= 0
              || location.startsWith("/")
              || location.startsWith("\\")
              || Path.of(location).isAbsolute()
              || Arrays.asList(location.split("[/\\\\]")).contains("..");
      Check.that(
          !leaves,
          "%s: its external data '%s' is not inside the model's folder; put the file there and"
              + " save the model with that name",
          label,
          location);
      Path file = folder.resolve(location);
      Check.that(
          Files.exists(file),
          "%s: the file '%s' with its external data is missing from %s",
          label,
          location,
          folder);
      Check.that(
          file.toRealPath().startsWith(folder.toRealPath()),
          "%s: its external data '%s' is a link that leaves the model's folder; copy the file"
              + " there",
          label,
          location);
      Check.that(Files.isRegularFile(file), "%s: '%s' is not a regular file", label, location);
      return file;
    } catch (InvalidPathException e) {
      throw new OnnxFormatException(
          "%s: '%s' is no path for external data".formatted(label, location), e);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: cannot be read: %s".formatted(location, e.getMessage()), e);
    }
  }
}
