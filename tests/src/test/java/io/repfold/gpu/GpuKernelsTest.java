package io.repfold.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The trimmer, on a library that is made up. */
class GpuKernelsTest {
  private static final int PTX = 1;
  private static final int CUBIN = 2;

  /** A kind that the trimmer does not know. */
  private static final int OTHER = 4;

  @TempDir private Path folder;

  /** Of the library: an entry's code, and whether the GPU needs it. */
  private record Code(int offset, int size, boolean needed) {}

  private final ByteArrayOutputStream made = new ByteArrayOutputStream();
  private final List<Code> codes = new ArrayList<>();
  private final Random random = new Random(5);
  private Path library;
  private Path rest;

  /** One entry of a fat binary, with a header of 64 bytes and more. */
  private record Entry(int kind, int capability, int more, int size, boolean needed) {}

  @BeforeEach
  void a_library_with_kernels_for_many() throws IOException {
    noise(333);
    // The same first bytes as a fat binary, as code has them that looks for one.
    put(
        ByteBuffer.allocate(16)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(0xBA55ED50)
            .putShort((short) 0x8948)
            .array());
    fatBinary(
        new Entry(CUBIN, 75, 0, 256, false),
        new Entry(CUBIN, 80, 0, 512, false),
        new Entry(CUBIN, 90, 40, 768, true),
        new Entry(PTX, 86, 16, 300, false));
    noise(7);
    fatBinary(new Entry(CUBIN, 80, 0, 200, false), new Entry(PTX, 80, 32, 120, true));
    fatBinary(new Entry(CUBIN, 89, 0, 96, false), new Entry(PTX, 100, 0, 80, false));
    noise(1);
    fatBinary(new Entry(CUBIN, 90, 0, 640, true));
    fatBinary(new Entry(CUBIN, 100, 0, 640, false), new Entry(CUBIN, 95, 0, 64, false));
    fatBinary(
        new Entry(CUBIN, 90, 0, 64, true),
        new Entry(CUBIN, 90, 0, 64, true),
        new Entry(PTX, 80, 0, 64, true),
        new Entry(OTHER, 80, 0, 64, true));
    fatBinary(new Entry(OTHER, 75, 8, 88, true), new Entry(CUBIN, 75, 0, 56, false));
    noise(50);
    library = Files.write(folder.resolve("lib.so"), made.toByteArray());
    rest = folder.resolve("lib.so.rest");
  }

  private void noise(int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    put(bytes);
  }

  private void put(byte[] bytes) {
    made.write(bytes, 0, bytes.length);
  }

  private void fatBinary(Entry... entries) {
    ByteBuffer bytes = ByteBuffer.allocate(10_000).order(ByteOrder.LITTLE_ENDIAN).position(16);
    for (Entry entry : entries) {
      int begin = bytes.position();
      int header = 64 + entry.more();
      random.nextBytes(bytes.array());
      codes.add(new Code(made.size() + begin + header, entry.size(), entry.needed()));
      bytes.position(begin + header + entry.size());
    }
    int end = bytes.position();
    bytes.putInt(0, 0xBA55ED50).putShort(4, (short) 1).putShort(6, (short) 16);
    bytes.putLong(8, end - 16);
    int at = 16;
    for (Entry entry : entries) {
      int header = 64 + entry.more();
      bytes.putShort(at, (short) entry.kind()).putShort(at + 2, (short) 0x101);
      bytes.putInt(at + 4, header).putLong(at + 8, entry.size());
      bytes.putInt(at + 28, entry.capability());
      at += header + entry.size();
    }
    made.write(bytes.array(), 0, end);
  }

  /** What is wrong with a trimmed library; nothing if it is empty. */
  private List<String> faults(byte[] trimmed) {
    byte[] expected = made.toByteArray();
    for (Code code : codes) {
      if (!code.needed()) {
        Arrays.fill(expected, code.offset(), code.offset() + code.size(), (byte) 0);
      }
    }
    List<String> faults = new ArrayList<>();
    if (trimmed.length != expected.length) {
      faults.add("%d bytes, expected %d".formatted(trimmed.length, expected.length));
    }
    for (int i = 0; i < Math.min(trimmed.length, expected.length); i++) {
      if (trimmed[i] != expected[i]) {
        faults.add("byte %d is %d, expected %d".formatted(i, trimmed[i], expected[i]));
      }
    }
    return faults;
  }

  @Test
  void what_the_gpu_cannot_run_becomes_zeros_and_nothing_else_does() throws IOException {
    GpuKernels.Trimmed trimmed = GpuKernels.trim(library, 90, rest);

    assertThat(faults(Files.readAllBytes(library))).isEmpty();
    assertThat(trimmed.fatBinaries()).isEqualTo(7);
    assertThat(trimmed.kept()).isEqualTo(sizes(true));
    assertThat(trimmed.leftOut()).isEqualTo(sizes(false));
  }

  private long sizes(boolean needed) {
    return codes.stream().filter(code -> code.needed() == needed).mapToLong(Code::size).sum();
  }

  @Test
  void of_one_major_version_earlier_code_runs_too() throws IOException {
    byte[] before = made.toByteArray();
    GpuKernels.trim(library, 89, rest);
    byte[] after = Files.readAllBytes(library);

    Code of80 = codes.get(1);
    Code of90 = codes.get(2);
    Code ptxBeside80 = codes.get(5);
    assertThat(part(after, of80)).isEqualTo(part(before, of80));
    assertThat(part(after, of90)).containsOnly(0);
    assertThat(part(after, ptxBeside80)).containsOnly(0);
  }

  private static byte[] part(byte[] bytes, Code code) {
    return Arrays.copyOfRange(bytes, code.offset(), code.offset() + code.size());
  }

  @Test
  void what_was_left_out_is_put_back() throws IOException {
    GpuKernels.trim(library, 90, rest);
    GpuKernels.restore(library, rest);

    assertThat(library).hasBinaryContent(made.toByteArray());
  }

  @Test
  void what_was_left_out_is_not_put_into_another_library() throws IOException {
    GpuKernels.trim(library, 90, rest);
    byte[] other = Files.readAllBytes(library);
    other[0]++;
    Files.write(library, other);

    assertThatThrownBy(() -> GpuKernels.restore(library, rest)).hasMessageContaining("SHA-256");
  }

  @ParameterizedTest(name = "byte {0} of the first fat binary")
  @ValueSource(ints = {9, 18, 20, 24, 26, 31, 45})
  void a_library_that_is_not_understood_stays_as_it_was(int offset) throws IOException {
    byte[] odd = made.toByteArray();
    int begin = codes.get(0).offset() - 64 - 16;
    odd[begin + offset] = (byte) (odd[begin + offset] + 100);
    Files.write(library, odd);

    assertThatThrownBy(() -> GpuKernels.trim(library, 90, rest))
        .hasMessageContaining("is not understood");
    assertThat(library).hasBinaryContent(odd);
    assertThat(rest).doesNotExist();
  }

  @Test
  void a_library_without_code_for_the_gpu_stays_as_it_was() {
    assertThatThrownBy(() -> GpuKernels.trim(onlyFor75(), 90, rest))
        .hasMessageContaining("has code for compute capability 90");
    assertThat(library).hasBinaryContent(made.toByteArray());
  }

  private Path onlyFor75() throws IOException {
    made.reset();
    fatBinary(new Entry(CUBIN, 75, 0, 64, false));
    return Files.write(library, made.toByteArray());
  }

  @Test
  void of_a_library_without_kernels_nothing_is_left_out() throws IOException {
    Path text = Files.writeString(folder.resolve("text"), "no kernels in here, but long enough");

    assertThat(GpuKernels.trim(text, 90, rest)).isEqualTo(new GpuKernels.Trimmed(0, 0, 0));
    assertThat(rest).doesNotExist();
  }

  /** Ways to trim that would harm, or would be of no use. */
  private enum Mutant {
    NOTHING_LEFT_OUT,
    HEADERS_ZEROED,
    PTX_DROPPED,
    PTX_KEPT,
    EARLIER_MAJOR_KEPT,
    LATER_MINOR_KEPT,
    LATER_PTX_KEPT,
    LAST_BYTE_MISSED,
    ONE_BYTE_TOO_MANY,
    PARTS_OF_ONE_DROPPED,
    CUT_OFF
  }

  @ParameterizedTest
  @EnumSource(Mutant.class)
  void the_judge_finds(Mutant mutant) throws IOException {
    GpuKernels.trim(library, 90, rest);
    byte[] good = Files.readAllBytes(library);
    assertThat(faults(good)).isEmpty();

    assertThat(faults(spoilt(good, mutant))).isNotEmpty();
  }

  private byte[] spoilt(byte[] good, Mutant mutant) {
    byte[] whole = made.toByteArray();
    return switch (mutant) {
      case NOTHING_LEFT_OUT -> whole;
      case HEADERS_ZEROED -> zeroed(good, codes.get(0).offset() - 64, 64);
      case PTX_DROPPED -> zeroed(good, codes.get(5).offset(), codes.get(5).size());
      case PTX_KEPT -> copied(good, whole, codes.get(3));
      case EARLIER_MAJOR_KEPT -> copied(good, whole, codes.get(1));
      case LATER_MINOR_KEPT -> copied(good, whole, codes.get(10));
      case LATER_PTX_KEPT -> copied(good, whole, codes.get(7));
      case LAST_BYTE_MISSED -> copied(good, whole, lastByte(codes.get(0)));
      case ONE_BYTE_TOO_MANY -> zeroed(good, codes.get(2).offset() - 40 - 64, 1);
      case PARTS_OF_ONE_DROPPED -> zeroed(good, codes.get(13).offset(), codes.get(13).size());
      case CUT_OFF -> Arrays.copyOf(good, good.length - 1);
    };
  }

  private static Code lastByte(Code code) {
    return new Code(code.offset() + code.size() - 1, 1, code.needed());
  }

  private static byte[] zeroed(byte[] good, int offset, int size) {
    byte[] bytes = good.clone();
    Arrays.fill(bytes, offset, offset + size, (byte) 0);
    return bytes;
  }

  private static byte[] copied(byte[] good, byte[] whole, Code code) {
    byte[] bytes = good.clone();
    System.arraycopy(whole, code.offset(), bytes, code.offset(), code.size());
    return bytes;
  }
}
