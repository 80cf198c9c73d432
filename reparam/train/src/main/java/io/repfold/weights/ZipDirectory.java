package io.repfold.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads the central directory of a zip archive, also in its 64-bit form. */
final class ZipDirectory {
  static final int LOCAL = 0x04034b50;

  private static final int CENTRAL = 0x02014b50;
  private static final int END = 0x06054b50;
  private static final int END_64 = 0x06064b50;
  private static final int LOCATOR_64 = 0x07064b50;
  private static final int END_BYTES = 22;
  private static final int LOCATOR_BYTES = 20;
  private static final int LONGEST_COMMENT = 0xFFFF;
  private static final int IN_64_BITS = 0x0001;
  private static final int ENCRYPTED = 1;
  private static final long ASK_64 = 0xFFFF_FFFFL;

  private final ByteBuffer file;

  private ZipDirectory(ByteBuffer file) {
    this.file = file.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  static List<ZipEntry> entries(ByteBuffer file) {
    return new ZipDirectory(file).read();
  }

  /** Where an entry's content begins; it lies in the file as a whole. */
  static int contentStart(ByteBuffer file, ZipEntry entry) {
    PickleInput in = new ZipDirectory(file).at(entry.header());
    Check.that(in.signedInt() == LOCAL, "%s", damaged(entry.name() + " has no header"));
    in.take(22);
    int name = in.unsignedShort();
    int extra = in.unsignedShort();
    in.take(name + extra);
    int start = entry.header() + in.position();
    in.take(entry.size());
    return start;
  }

  private static String damaged(String why) {
    return "is a damaged zip archive: %s. Copy or download it again".formatted(why);
  }

  private PickleInput at(long position) {
    Check.that(
        position >= 0 && position <= file.limit(),
        "%s",
        damaged("a part lies at byte %d of %d".formatted(position, file.limit())));
    return new PickleInput(file.slice((int) position, file.limit() - (int) position));
  }

  private List<ZipEntry> read() {
    int end = findEnd();
    PickleInput in = at(end + 10);
    long count = in.unsignedShort();
    in.take(4);
    long start = in.unsignedInt();
    if (end >= LOCATOR_BYTES && file.getInt(end - LOCATOR_BYTES) == LOCATOR_64) {
      PickleInput locator = at(end - LOCATOR_BYTES + 8);
      PickleInput end64 = at(locator.signedLong());
      Check.that(end64.signedInt() == END_64, "%s", damaged("its 64-bit end is not there"));
      end64.take(28);
      count = end64.signedLong();
      end64.take(8);
      start = end64.signedLong();
    }
    PickleInput entries = at(start);
    List<ZipEntry> found = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      found.add(entry(entries));
    }
    return found;
  }

  private int findEnd() {
    int last = file.limit() - END_BYTES;
    for (int at = last; at >= Math.max(0, last - LONGEST_COMMENT); at--) {
      if (file.getInt(at) == END) {
        return at;
      }
    }
    throw new WeightsException(damaged("its directory, which is its last part, is missing"));
  }

  private ZipEntry entry(PickleInput in) {
    Check.that(in.signedInt() == CENTRAL, "%s", damaged("its directory ends too early"));
    in.take(4);
    int flags = in.unsignedShort();
    int method = in.unsignedShort();
    in.take(4);
    long checksum = in.unsignedInt();
    long packed = in.unsignedInt();
    long size = in.unsignedInt();
    int nameLength = in.unsignedShort();
    int extraLength = in.unsignedShort();
    int commentLength = in.unsignedShort();
    in.take(8);
    long header = in.unsignedInt();
    String name = StandardCharsets.UTF_8.decode(in.take(nameLength)).toString();
    PickleInput extra = new PickleInput(in.take(extraLength));
    in.take(commentLength);
    for (int left = extraLength; left >= 4; ) {
      int id = extra.unsignedShort();
      int length = extra.unsignedShort();
      PickleInput field = new PickleInput(extra.take(length));
      left -= 4 + length;
      if (id == IN_64_BITS) {
        size = size == ASK_64 ? field.signedLong() : size;
        packed = packed == ASK_64 ? field.signedLong() : packed;
        header = header == ASK_64 ? field.signedLong() : header;
      }
    }
    boolean stored = method == 0 && packed == size && (flags & ENCRYPTED) == 0;
    Check.that(
        packed >= 0 && packed <= file.limit() && header >= 0 && header < file.limit(),
        "%s",
        damaged("entry '%s' of %d bytes lies beyond its end".formatted(name, packed)));
    return new ZipEntry(name, stored, checksum, packed, (int) header);
  }
}
