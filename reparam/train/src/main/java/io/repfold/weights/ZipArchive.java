package io.repfold.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * The entries of a zip archive that lies in memory. Nothing is extracted: entries of PyTorch are
 * not compressed, so each is a part of the file.
 *
 * <p>Source: PKWARE's APPNOTE.TXT 6.3.10, 4.3.6 to 4.3.16 and 4.5.3.
 */
final class ZipArchive {
  private final ByteBuffer file;
  private final Map<String, ZipEntry> entries;

  private ZipArchive(ByteBuffer file, Map<String, ZipEntry> entries) {
    this.file = file;
    this.entries = entries;
  }

  static boolean isOne(ByteBuffer file) {
    return file.remaining() >= Integer.BYTES
        && file.duplicate().order(ByteOrder.LITTLE_ENDIAN).getInt(0) == ZipDirectory.LOCAL;
  }

  static ZipArchive of(ByteBuffer file) {
    Map<String, ZipEntry> entries = new LinkedHashMap<>();
    long sum = 0;
    for (ZipEntry entry : ZipDirectory.entries(file)) {
      requireHarmless(entry.name());
      Check.that(
          entries.put(entry.name(), entry) == null,
          "is a zip archive with two entries '%s'; which one counts is not known",
          entry.name());
      sum += entry.size();
    }
    Check.that(
        sum <= file.remaining(),
        "is a zip archive whose entries are %d bytes in a file of %d; they overlap",
        sum,
        file.remaining());
    return new ZipArchive(file, entries);
  }

  private static void requireHarmless(String name) {
    Check.that(
        !name.startsWith("/") && !name.contains("\\") && !("/" + name + "/").contains("/../"),
        "is a zip archive with an entry '%s', which lies outside of it; no framework writes such"
            + " names",
        name);
  }

  Map<String, ZipEntry> entries() {
    return Collections.unmodifiableMap(entries);
  }

  /** The content of an entry, which must not be compressed, with the checksum that it names. */
  ByteBuffer content(ZipEntry entry) {
    Check.that(
        entry.isStored(),
        "has a compressed entry '%s', which PyTorch does not write; save it again with torch.save, without packing it anew",
        entry.name());
    ByteBuffer content = file.slice(ZipDirectory.contentStart(file, entry), (int) entry.size());
    CRC32 checksum = new CRC32();
    checksum.update(content.duplicate());
    Check.that(
        entry.checksum() == 0 || entry.checksum() == checksum.getValue(),
        "has an entry '%s' whose checksum is %08x, expected %08x; it is damaged, get it again",
        entry.name(),
        checksum.getValue(),
        entry.checksum());
    return content;
  }
}
