package io.repfold.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import io.repfold.graph.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads and writes single tensors: the {@code .pb} files of ONNX test data. */
public final class OnnxTensors {
  private OnnxTensors() {}

  /** A tensor and the name that its file gives it, which may be empty. */
  public record Named(String name, Tensor tensor) {}

  /**
   * @throws OnnxFormatException if the file holds no tensor
   * @throws UncheckedIOException if it cannot be read
   */
  public static Named read(Path file) {
    try {
      TensorProto proto = TensorProto.parseFrom(Files.readAllBytes(file));
      return new Named(
          proto.getName(), TensorReader.read(proto, "Tensor '%s'".formatted(proto.getName())));
    } catch (InvalidProtocolBufferException e) {
      throw new OnnxFormatException(file + ": holds no tensor: " + e.getMessage(), e);
    } catch (OnnxFormatException e) {
      throw e.in(file.toString());
    } catch (IOException e) {
      throw new UncheckedIOException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  /**
   * @throws UncheckedIOException if it cannot be written
   */
  public static void write(Path file, String name, Tensor tensor) {
    TensorProto proto = TensorWriter.write(name, tensor);
    AtomicFile.write(file, proto::writeTo);
  }
}
