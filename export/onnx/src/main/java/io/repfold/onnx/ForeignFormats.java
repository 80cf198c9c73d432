package io.repfold.onnx;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Recognizes files that people take for ONNX files. */
final class ForeignFormats {
  private ForeignFormats() {}

  static void check(ByteBuffer content) {
    Check.that(content.hasRemaining(), "is empty");
    Check.that(
        !startsWith(content, "version https://git-lfs"),
        "is a Git LFS pointer, not the model: fetch it with 'git lfs pull'");
    Check.that(
        !startsWith(content, "PK\u0003\u0004"),
        "is a zip archive, such as a PyTorch checkpoint: export it to ONNX first");
    Check.that(
        !startsWith(content, "\u0089HDF\r\n"), "is an HDF5 file, such as a Keras model: export it");
    Check.that(!startsWith(content, "<!DOCTYPE"), "is a web page, not a model: download it again");
  }

  private static boolean startsWith(ByteBuffer content, String start) {
    byte[] bytes = start.getBytes(StandardCharsets.ISO_8859_1);
    return content.remaining() >= bytes.length
        && content.slice(content.position(), bytes.length).equals(ByteBuffer.wrap(bytes));
  }
}
