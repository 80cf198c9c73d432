package io.repfold.gpu;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * Leaves out of a library the kernels that a GPU cannot run, and puts them back.
 *
 * <p>Kernels lie in fat binaries, anywhere in the file, with numbers in little-endian order:
 *
 * <pre>
 *   fat binary   u32 0xBA55ED50, u16 version 1, u16 size of this header 16, u64 size of its entries
 *   entry        u16 kind (1 PTX, 2 machine code), u16 version 0x101, u32 size of this header,
 *                u64 size of the code, ..., at 28 u32 compute capability (90 is 9.0), ..., code
 * </pre>
 *
 * <p>Code that is left out becomes zeros, so that sizes and offsets stay and a compressor makes
 * nothing of it. A driver runs machine code of the same major version and a minor version that is
 * not later; where a fat binary has none, it compiles PTX of the same or an earlier version, which
 * therefore stays there and only there.
 */
final class GpuKernels {
  private static final int MAGIC = 0xBA55ED50;
  private static final int VERSION = 1;
  private static final int HEADER = 16;

  private static final int PTX = 1;
  private static final int MACHINE_CODE = 2;
  private static final int ENTRY_VERSION = 0x101;
  private static final int ENTRY_HEADER = 64;
  private static final int CAPABILITY = 28;

  private static final String REST = "repfold kernels 1";

  private GpuKernels() {}

  /**
   * What was found in a library.
   *
   * @param fatBinaries how many
   * @param kept bytes of code that stayed
   * @param leftOut bytes of code that became zeros
   */
  record Trimmed(int fatBinaries, long kept, long leftOut) {}

  /** The code of one kernel or more, for one kind of GPU. */
  private record Entry(int kind, int capability, int offset, int size) {
    boolean runsOn(int gpu) {
      return kind == MACHINE_CODE && capability / 10 == gpu / 10 && capability <= gpu;
    }

    boolean isCompiledOn(int gpu) {
      return kind == PTX && capability <= gpu;
    }

    /** What it is for, which no other entry of the same fat binary should be for as well. */
    List<Integer> purpose() {
      return List.of(kind, capability);
    }
  }

  /**
   * Trims a library, or undoes it.
   *
   * @param arguments {@code trim LIBRARY CAPABILITY REST} changes the library, and writes what it
   *     left out; {@code restore LIBRARY REST} puts that back. A capability is written as 90
   */
  public static void main(String[] arguments) throws IOException {
    Path library = Path.of(arguments[1]);
    switch (arguments[0]) {
      case "trim" -> {
        Trimmed trimmed = trim(library, Integer.parseInt(arguments[2]), Path.of(arguments[3]));
        System.out.printf(
            "%s: %d fat binaries, %.1f MB of code for %s, %.1f MB left out%n",
            library.getFileName(),
            trimmed.fatBinaries(),
            trimmed.kept() / 1e6,
            arguments[2],
            trimmed.leftOut() / 1e6);
      }
      case "restore" -> restore(library, Path.of(arguments[2]));
      default -> throw new IllegalArgumentException("expected trim or restore");
    }
  }

  /**
   * Leaves out all code that a GPU cannot run; if there is none, {@code rest} is not written.
   *
   * @param gpu its compute capability, as 90
   * @throws IllegalArgumentException if a fat binary is not understood, or no code is for this GPU;
   *     the library is unchanged then
   */
  static Trimmed trim(Path library, int gpu, Path rest) throws IOException {
    try (FileChannel file = open(library)) {
      ByteBuffer bytes = mapped(library, file);
      List<List<Entry>> binaries = fatBinaries(library, bytes);
      List<Entry> leftOut = new ArrayList<>();
      long kept = 0;
      for (List<Entry> binary : binaries) {
        for (Entry entry : binary) {
          if (stays(entry, binary, gpu)) {
            kept += entry.size();
          } else {
            leftOut.add(entry);
          }
        }
      }
      if (kept == 0 && !binaries.isEmpty()) {
        throw new IllegalArgumentException(
            "%s: none of its %d fat binaries has code for compute capability %d"
                .formatted(library, binaries.size(), gpu));
      }
      if (!leftOut.isEmpty()) {
        write(rest, bytes, leftOut);
      }
      leftOut.forEach(entry -> bytes.put(entry.offset(), new byte[entry.size()]));
      long size = leftOut.stream().mapToLong(Entry::size).sum();
      return new Trimmed(binaries.size(), kept, size);
    }
  }

  /**
   * Whether an entry is kept. Of two entries for one purpose each may be a part of the whole, and
   * then the machine code of one is no reason to leave out the PTX of the other.
   */
  private static boolean stays(Entry entry, List<Entry> binary, int gpu) {
    Set<List<Integer>> purposes = new HashSet<>();
    binary.forEach(other -> purposes.add(other.purpose()));
    if (purposes.size() < binary.size() || (entry.kind() != PTX && entry.kind() != MACHINE_CODE)) {
      return true;
    }
    return entry.runsOn(gpu)
        || (entry.isCompiledOn(gpu) && binary.stream().noneMatch(other -> other.runsOn(gpu)));
  }

  /** All of a file. Its first bytes may occur elsewhere; with what must follow, they do not. */
  private static List<List<Entry>> fatBinaries(Path library, ByteBuffer bytes) {
    List<List<Entry>> found = new ArrayList<>();
    int at = 0;
    while (at <= bytes.limit() - HEADER) {
      boolean begins =
          bytes.getInt(at) == MAGIC
              && bytes.getShort(at + 4) == VERSION
              && bytes.getShort(at + 6) == HEADER;
      if (begins) {
        long size = bytes.getLong(at + 8);
        check(size > 0 && size <= bytes.limit() - at - HEADER, library, at, "size " + size);
        int end = at + HEADER + (int) size;
        found.add(entries(library, bytes, at + HEADER, end));
        at = end;
      } else {
        at++;
      }
    }
    return found;
  }

  /** Those that fill a range to its end. */
  private static List<Entry> entries(Path library, ByteBuffer bytes, int begin, int end) {
    List<Entry> entries = new ArrayList<>();
    int at = begin;
    while (at < end) {
      check(end - at >= ENTRY_HEADER, library, at, "only %d bytes".formatted(end - at));
      int kind = bytes.getShort(at);
      int version = bytes.getShort(at + 2);
      int header = bytes.getInt(at + 4);
      long size = bytes.getLong(at + 8);
      int capability = bytes.getInt(at + CAPABILITY);
      check(version == ENTRY_VERSION, library, at, "version " + version);
      check(header >= ENTRY_HEADER, library, at, "header size " + header);
      check(size >= 0 && size <= end - at - (long) header, library, at, "code size " + size);
      check(capability >= 10 && capability < 1000, library, at, "capability " + capability);
      entries.add(new Entry(kind, capability, at + header, (int) size));
      at += header + (int) size;
    }
    return entries;
  }

  private static void check(boolean holds, Path library, int at, String found) {
    if (!holds) {
      throw new IllegalArgumentException(
          "%s: at byte %d there is a fat binary that is not understood: %s"
              .formatted(library, at, found));
    }
  }

  private static void write(Path rest, ByteBuffer bytes, List<Entry> leftOut) throws IOException {
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(rest)))) {
      out.writeUTF(REST);
      out.writeUTF(sha256(bytes));
      out.writeInt(leftOut.size());
      for (Entry entry : leftOut) {
        byte[] code = new byte[entry.size()];
        bytes.get(entry.offset(), code);
        out.writeInt(entry.offset());
        out.writeInt(entry.size());
        out.write(code);
      }
    }
  }

  /**
   * Puts back what was left out.
   *
   * @throws IllegalArgumentException if the library is not the one that was trimmed
   */
  static void restore(Path library, Path rest) throws IOException {
    try (FileChannel file = open(library);
        DataInputStream in =
            new DataInputStream(new BufferedInputStream(Files.newInputStream(rest)))) {
      ByteBuffer bytes = mapped(library, file);
      String start = in.readUTF();
      if (!start.equals(REST)) {
        throw new IllegalArgumentException(
            "%s: expected '%s', found '%s'".formatted(rest, REST, start));
      }
      String whole = in.readUTF();
      int count = in.readInt();
      for (int i = 0; i < count; i++) {
        int offset = in.readInt();
        byte[] code = in.readNBytes(in.readInt());
        bytes.put(offset, code);
      }
      String found = sha256(bytes);
      if (!found.equals(whole)) {
        throw new IllegalArgumentException(
            "%s: with what was left out, its SHA-256 is %s, expected %s"
                .formatted(library, found, whole));
      }
    }
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  private static ByteBuffer mapped(Path path, FileChannel file) throws IOException {
    if (file.size() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(path + ": larger than 2 GiB");
    }
    return file.map(MapMode.READ_WRITE, 0, file.size()).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static String sha256(ByteBuffer bytes) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bytes.duplicate().rewind());
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
