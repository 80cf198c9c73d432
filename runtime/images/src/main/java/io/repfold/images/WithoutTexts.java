package io.repfold.images;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.ImageInputStreamImpl;

/**
 * A PNG file without the texts and the color profile before its pixels, which the decoder of the
 * JDK inflates whole: a megabyte of them may become gigabytes. Nothing here needs them.
 */
final class WithoutTexts extends ImageInputStreamImpl {
  private static final int SIGNATURE = 8;
  private static final int AROUND_CONTENT = 12;
  private static final int IDAT = 0x49444154;
  private static final int TEXT = 0x74455874;
  private static final int COMPRESSED_TEXT = 0x7a545874;
  private static final int INTERNATIONAL_TEXT = 0x69545874;
  private static final int PROFILE = 0x69434350;
  private static final Set<Integer> LEFT_OUT =
      Set.of(TEXT, COMPRESSED_TEXT, INTERNATIONAL_TEXT, PROFILE);

  private final ImageInputStream file;
  private final NavigableMap<Long, Part> parts;

  /**
   * Bytes that stay.
   *
   * @param from their place in the file
   */
  private record Part(long from, long length) {}

  /**
   * @param parts by their places here
   */
  private WithoutTexts(ImageInputStream file, NavigableMap<Long, Part> parts) {
    this.file = file;
    this.parts = parts;
  }

  /**
   * The same stream if it has none of them.
   *
   * @param file at its beginning; not closed by this one
   */
  static ImageInputStream of(ImageInputStream file) throws IOException {
    NavigableMap<Long, Part> parts = parts(file);
    file.seek(0);
    return parts.size() == 1 ? file : new WithoutTexts(file, parts);
  }

  /** Up to the pixels chunk by chunk, and all the rest, whatever it is. */
  private static NavigableMap<Long, Part> parts(ImageInputStream file) throws IOException {
    NavigableMap<Long, Part> parts = new TreeMap<>();
    file.setByteOrder(ByteOrder.BIG_ENDIAN);
    long kept = 0;
    long begun = 0;
    long at = SIGNATURE;
    try {
      while (true) {
        file.seek(at);
        long length = file.readUnsignedInt();
        int name = file.readInt();
        if (name == IDAT) {
          break;
        }
        long next = at + length + AROUND_CONTENT;
        if (LEFT_OUT.contains(name)) {
          parts.put(kept, new Part(begun, at - begun));
          kept += at - begun;
          begun = next;
        }
        at = next;
      }
    } catch (EOFException e) {
      // The decoder says what is missing.
    }
    parts.put(kept, new Part(begun, Long.MAX_VALUE - begun));
    return parts;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    checkClosed();
    bitOffset = 0;
    if (length == 0) {
      return 0;
    }
    Map.Entry<Long, Part> entry = Objects.requireNonNull(parts.floorEntry(streamPos));
    Part part = entry.getValue();
    long inside = streamPos - entry.getKey();
    file.seek(part.from + inside);
    int count = file.read(bytes, offset, (int) Math.min(length, part.length - inside));
    streamPos += Math.max(count, 0);
    return count;
  }
}
