package io.repfold.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes zip archives as PyTorch does, and others. */
final class ZipWriter {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final ZipOutputStream out = new ZipOutputStream(bytes);

  /** An archive of a pickle and storage {@code 0}, with the float32 numbers 0 to 5. */
  static ZipWriter of(byte[] pickle) {
    byte[] storage = {
      0,
      0,
      0,
      0,
      0,
      0,
      (byte) 128,
      63,
      0,
      0,
      0,
      64,
      0,
      0,
      64,
      64,
      0,
      0,
      (byte) 128,
      64,
      0,
      0,
      (byte) 160,
      64
    };
    return new ZipWriter().stored("a/data.pkl", pickle).stored("a/data/0", storage);
  }

  ZipWriter stored(String name, byte[] content) {
    CRC32 checksum = new CRC32();
    checksum.update(content);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(checksum.getValue());
    return add(entry, content);
  }

  ZipWriter compressed(String name, byte[] content) {
    return add(new ZipEntry(name), content);
  }

  private ZipWriter add(ZipEntry entry, byte[] content) {
    try {
      out.putNextEntry(entry);
      out.write(content);
      out.closeEntry();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  byte[] bytes() {
    try {
      out.close();
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The archive with a name, wherever it stands, replaced by one of the same length. */
  byte[] renamed(String from, String to) {
    String text = new String(bytes(), StandardCharsets.ISO_8859_1);
    return text.replace(from, to).getBytes(StandardCharsets.ISO_8859_1);
  }
}
