package io.repfold.numpy;

import io.repfold.runtime.HostTensor;
import io.repfold.runtime.WholeFile;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** A {@code .npz} file: arrays by name, in a ZIP archive. */
public final class Npz {
  /** What {@link #read(Path)} reads at most: 1 GiB. */
  public static final long DEFAULT_MAX_BYTES = 1L << 30;

  /** Deflate cannot shrink data further than this. */
  private static final long DEFLATE_MAX_RATIO = 1032;

  private static final String SUFFIX = ".npy";
  private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

  private Npz() {}

  /**
   * Reads all arrays, in the file's order, stored or deflated, of at most {@link
   * #DEFAULT_MAX_BYTES} together.
   */
  public static Map<String, HostTensor> read(Path file) throws IOException {
    return read(file, DEFAULT_MAX_BYTES);
  }

  /**
   * Reads all arrays, in the file's order.
   *
   * @param maxBytes what they may take together, unpacked
   * @throws NumpyFormatException if the file is damaged, holds something else or is too large;
   *     nothing is unpacked before the sizes are checked
   */
  public static Map<String, HostTensor> read(Path file, long maxBytes) throws IOException {
    Map<String, HostTensor> arrays = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      List<? extends ZipEntry> entries = zip.stream().toList();
      checkSizes(file, entries, maxBytes);
      for (Map.Entry<String, ZipEntry> array : byName(file, entries).entrySet()) {
        ZipEntry entry = array.getValue();
        arrays.put(array.getKey(), read(zip, entry, file + ":" + entry.getName()));
      }
    } catch (ZipException e) {
      throw new NumpyFormatException(
          file.toString(), "it is no valid ZIP archive: " + e.getMessage());
    }
    return arrays;
  }

  /**
   * Writes arrays without compression, the same bytes for the same arrays. An existing file is
   * replaced only once the new one is complete.
   *
   * @throws IllegalArgumentException if a tensor is bfloat16, which NumPy does not have
   */
  public static void write(Path file, Map<String, HostTensor> arrays) throws IOException {
    WholeFile.write(
        file,
        out -> {
          ZipOutputStream zip = new ZipOutputStream(out);
          for (Map.Entry<String, HostTensor> array : arrays.entrySet()) {
            write(zip, array.getKey(), array.getValue());
          }
          zip.finish();
        });
  }

  private static void write(ZipOutputStream zip, String name, HostTensor tensor)
      throws IOException {
    byte[] header = NpyHeader.of(tensor).encode();
    CRC32 checksum = new CRC32();
    checksum.update(header);
    checksum.update(tensor.bytes());
    ZipEntry entry = new ZipEntry(name + SUFFIX);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(header.length + (long) tensor.bytes().remaining());
    entry.setCrc(checksum.getValue());
    entry.setTimeLocal(NO_TIME);
    zip.putNextEntry(entry);
    zip.write(header);
    Npy.writeElements(zip, tensor);
    zip.closeEntry();
  }

  private static void checkSizes(Path file, List<? extends ZipEntry> entries, long maxBytes)
      throws NumpyFormatException {
    long total = 0;
    for (ZipEntry entry : entries) {
      long size = entry.getSize();
      if (size < 0 || size / DEFLATE_MAX_RATIO > entry.getCompressedSize()) {
        throw new NumpyFormatException(
            file.toString(),
            "'%s' claims %d bytes from %d packed ones, which no ZIP archive can hold"
                .formatted(entry.getName(), size, entry.getCompressedSize()));
      }
      if (size > maxBytes - total) {
        throw new NumpyFormatException(
            file.toString(),
            "it unpacks to more than the %d bytes that are allowed".formatted(maxBytes));
      }
      total += size;
    }
  }

  /** Of two entries with one name, Java unpacks only one. */
  private static Map<String, ZipEntry> byName(Path file, List<? extends ZipEntry> entries)
      throws NumpyFormatException {
    Map<String, ZipEntry> byName = new LinkedHashMap<>();
    for (ZipEntry entry : entries) {
      String name = name(entry, file + ":" + entry.getName());
      if (byName.put(name, entry) != null) {
        throw new NumpyFormatException(
            file.toString(), "it holds two arrays named '%s'".formatted(name));
      }
    }
    return byName;
  }

  private static HostTensor read(ZipFile zip, ZipEntry entry, String source) throws IOException {
    InputStream unpacked = zip.getInputStream(entry);
    if (unpacked == null) {
      throw new NumpyFormatException(source, "it cannot be found in the archive");
    }
    try (CheckedInputStream in =
        new CheckedInputStream(new BufferedInputStream(unpacked), new CRC32())) {
      HostTensor tensor = NpyReader.read(in, source, entry.getSize());
      if (in.getChecksum().getValue() != entry.getCrc()) {
        throw new NumpyFormatException(source, "its checksum is wrong; the file is damaged");
      }
      return tensor;
    }
  }

  private static String name(ZipEntry entry, String source) throws NumpyFormatException {
    String name = entry.getName();
    if (!name.endsWith(SUFFIX)) {
      throw new NumpyFormatException(source, "only .npy files belong into a .npz file");
    }
    return name.substring(0, name.length() - SUFFIX.length());
  }
}
