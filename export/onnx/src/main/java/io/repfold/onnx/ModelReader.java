package io.repfold.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Parses models. Files are mapped and tensors are slices of the mapping, so that a model takes
 * little more heap than its nodes.
 */
final class ModelReader {
  private ModelReader() {}

  static OnnxModel read(Path file, ReadOptions options) {
    ByteBuffer content = map(file);
    return read(file.toString(), content, new ExternalFiles(file), options);
  }

  static OnnxModel read(String name, byte[] content, ReadOptions options) {
    return read(name, ByteBuffer.wrap(content.clone()), null, options);
  }

  /**
   * @param externalFiles null if external data is out of reach
   */
  static OnnxModel read(
      String name, ByteBuffer content, @Nullable ExternalFiles externalFiles, ReadOptions options) {
    try {
      ModelProto model = InlinedTensors.of(parse(content), externalFiles);
      return new OnnxModel(
          model.toBuilder().clearGraph().build(),
          GraphReader.read(model, options),
          externalFiles != null && externalFiles.areUsed());
    } catch (OnnxFormatException e) {
      throw e.in(name);
    } catch (OutOfMemoryError e) {
      throw new OnnxFormatException(
          name + ": takes more memory than this Java has; give it more with -Xmx", e);
    }
  }

  private static ByteBuffer map(Path file) {
    // A pipe would block on opening.
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new OnnxFormatException(file + ": is not a regular file");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      Check.that(
          channel.size() <= Integer.MAX_VALUE,
          "has %d bytes; an ONNX file holds less than 2 GiB. Save it with external data",
          channel.size());
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
    } catch (OnnxFormatException e) {
      throw e.in(file.toString());
    } catch (NoSuchFileException e) {
      throw new UncheckedIOException(file + ": there is no such file", e);
    } catch (IOException e) {
      throw new UncheckedIOException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static ModelProto parse(ByteBuffer content) {
    ForeignFormats.check(content);
    ModelProto model;
    try {
      CodedInputStream input = UnsafeByteOperations.unsafeWrap(content).newCodedInput();
      input.enableAliasing(true);
      model = ModelProto.parseFrom(input);
      input.checkLastTagWas(0);
    } catch (InvalidProtocolBufferException e) {
      throw new OnnxFormatException("is not an ONNX model, or is damaged: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Check.that(
        model.hasGraph() && model.hasIrVersion(),
        "is not an ONNX model: it has no graph or no IR version");
    Check.that(
        model.getIrVersion() >= 1 && model.getIrVersion() <= IrVersions.NEWEST,
        "has IR version %d; repfold knows 1 to %d. Save it with an older onnx package, or set a"
            + " lower ir_version",
        model.getIrVersion(),
        IrVersions.NEWEST);
    return model;
  }
}
