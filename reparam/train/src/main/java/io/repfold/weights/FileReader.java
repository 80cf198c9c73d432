package io.repfold.weights;

import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.Tensor;
import io.repfold.graph.Untied;
import io.repfold.onnx.OnnxFormatException;
import io.repfold.onnx.OnnxModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tells formats by the first bytes of a file, and hands it to the reader of its own. */
final class FileReader {
  private static final int TAR_NAME = 257;
  private static final int ONNX_START = 0x08;

  private final Path path;
  private final Optional<String> under;

  FileReader(Path path, Optional<String> under) {
    this.path = path;
    this.under = under;
  }

  WeightsFile read() {
    Check.that(!Files.exists(path) || Files.isRegularFile(path), "is not a regular file");
    ByteBuffer file = map();
    Check.that(file.hasRemaining(), "is empty");
    if (ZipArchive.isOne(file)) {
      return pickled(WeightsFile.Format.PYTORCH, TorchZip.read(file), file);
    }
    if (SafetensorsReader.isOne(file)) {
      return flat(WeightsFile.Format.SAFETENSORS, SafetensorsReader.read(file));
    }
    if (isPickle(file)) {
      return readPickle(file);
    }
    Check.that(
        !startsWith(file, TAR_NAME, "ustar"),
        "is a tar archive, as PyTorch wrote before version 0.1.10; load it in Python, and save it"
            + " again with torch.save");
    return flat(WeightsFile.Format.ONNX, onnx(file));
  }

  private ByteBuffer map() {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      Check.that(
          channel.size() <= Integer.MAX_VALUE,
          "has %d bytes; less than 2 GiB are read. Save it in half precision, or without the state of the optimizer",
          channel.size());
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
    } catch (NoSuchFileException e) {
      throw new UncheckedIOException(path + ": there is no such file", e);
    } catch (IOException e) {
      throw new UncheckedIOException("%s: cannot be read: %s".formatted(path, e.getMessage()), e);
    }
  }

  private static boolean startsWith(ByteBuffer file, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    return file.remaining() >= at + bytes.length
        && file.slice(at, bytes.length).equals(ByteBuffer.wrap(bytes));
  }

  /** Protocols from 2 on name themselves; below, a file begins with a dict. */
  private static boolean isPickle(ByteBuffer file) {
    return startsWith(file, 0, "\u0080")
        || startsWith(file, 0, "(dp")
        || startsWith(file, 0, "}q")
        || startsWith(file, 0, "ccollections\nOrderedDict");
  }

  private WeightsFile readPickle(ByteBuffer file) {
    PickleInput in = new PickleInput(file);
    Object first = Unpickler.plain(in);
    return TorchLegacy.isMagic(first)
        ? pickled(WeightsFile.Format.PYTORCH_LEGACY, TorchLegacy.read(in), file)
        : pickled(WeightsFile.Format.PICKLE, first, file);
  }

  private WeightsFile pickled(WeightsFile.Format format, Object root, ByteBuffer file) {
    Selected selected = Selection.of(root, under);
    Tensors maker = new Tensors(file.remaining());
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    selected
        .tensors()
        .forEach(
            (name, value) -> {
              try {
                tensors.put(name, maker.of(value));
              } catch (WeightsException e) {
                throw e.in("tensor '" + name + "'");
              }
            });
    return named(format, tensors, selected.notes());
  }

  private WeightsFile flat(WeightsFile.Format format, Map<String, Tensor> tensors) {
    Check.that(
        under.isEmpty(),
        "is %s, in which nothing lies under '%s'; leave that out",
        format,
        under.orElse(""));
    return named(format, tensors, List.of());
  }

  private static WeightsFile named(
      WeightsFile.Format format, Map<String, Tensor> tensors, List<String> notes) {
    List<String> all = new ArrayList<>(notes);
    return new WeightsFile(format, Prefixes.without(tensors, all), all);
  }

  private Map<String, Tensor> onnx(ByteBuffer file) {
    try {
      return Untied.of(OnnxModel.read(path).graph()).graph().initializers();
    } catch (InvalidGraphException e) {
      throw new WeightsException(String.valueOf(e.getMessage()), e);
    } catch (OnnxFormatException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      String why = String.valueOf(cause.getMessage());
      throw new WeightsException(
          file.get(0) == ONNX_START
              ? why
              : "is no file of weights that is known: PyTorch (.pth, .pt), safetensors, Paddle (.pdparams) or ONNX. As ONNX, it "
                  + why,
          e);
    }
  }
}
