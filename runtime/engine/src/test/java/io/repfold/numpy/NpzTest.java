package io.repfold.numpy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.runtime.ElementType;
import io.repfold.runtime.HostTensor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpzTest {
  @TempDir private Path folder;

  @Test
  void a_deflated_file_of_numpy_is_read() throws Exception {
    Map<String, HostTensor> arrays = Npz.read(NpyTest.resource("numpy-deflated.npz"));

    assertThat(arrays.keySet())
        .containsExactly(
            "f2", "f4_big", "f8", "i1", "i2_big", "i4", "i8_big", "u1", "u2", "u4_big", "u8", "b1",
            "fortran", "scalar", "empty", "one");
    assertArray(arrays, "f2", "float16[2, 3, 4]", i -> i / 8.0);
    assertArray(arrays, "f4_big", "float32[2, 3, 4]", i -> i / 8.0 - 1);
    assertArray(arrays, "f8", "float64[2, 3, 4]", i -> Math.PI * i);
    assertArray(arrays, "i1", "int8[2, 3, 4]", i -> i - 12);
    assertArray(arrays, "i2_big", "int16[2, 3, 4]", i -> i - 1000);
    assertArray(arrays, "i4", "int32[2, 3, 4]", i -> -i);
    assertArray(arrays, "i8_big", "int64[2, 3, 4]", i -> i * 1e15);
    assertArray(arrays, "u1", "uint8[2, 3, 4]", i -> i * 10);
    assertArray(arrays, "u2", "uint16[2, 3, 4]", i -> i * 2000);
    assertArray(arrays, "u4_big", "uint32[2, 3, 4]", i -> i * 1e8);
    assertArray(arrays, "u8", "uint64[2, 3, 4]", i -> i * 0x1p59);
    assertArray(arrays, "b1", "bool[2, 3, 4]", i -> i % 3 == 0 ? 1 : 0);
    assertArray(arrays, "fortran", "float32[2, 3, 4]", i -> i);
    assertArray(arrays, "scalar", "float32[]", i -> 7);
    assertArray(arrays, "empty", "float32[0, 5]", i -> 0);
    assertArray(arrays, "one", "float64[1]", i -> 1.5);
  }

  @Test
  void what_is_written_is_read_back_and_written_the_same_again() throws Exception {
    Map<String, HostTensor> arrays = new LinkedHashMap<>();
    arrays.put("z/layer:0", HostTensor.ofFloats(new float[] {1, 2, 3, 4}, 2, 2));
    arrays.put("gr\u00f6\u00dfe", HostTensor.ofLongs(new long[] {-1}, 1));
    Npz.write(folder.resolve("a.npz"), arrays);
    Map<String, HostTensor> back = Npz.read(folder.resolve("a.npz"));
    Npz.write(folder.resolve("b.npz"), back);

    assertThat(back.keySet()).containsExactlyElementsOf(arrays.keySet());
    assertThat(back.get("z/layer:0").toFloats()).containsExactly(1, 2, 3, 4);
    assertThat(folder.resolve("b.npz")).hasSameBinaryContentAs(folder.resolve("a.npz"));
    try (ZipFile zip = new ZipFile(folder.resolve("a.npz").toFile())) {
      assertThat(zip.stream().map(ZipEntry::getTimeLocal))
          .as("the time of writing would make other bytes")
          .hasSize(2)
          .containsOnly(LocalDateTime.of(1980, 1, 1, 0, 0));
    }
  }

  @Test
  void a_bomb_is_refused_before_it_is_unpacked() throws Exception {
    String header = "{'descr': '|u1', 'fortran_order': False, 'shape': (67108864,)}";
    Path bomb =
        zip(
            "a.npy",
            out -> {
              out.write(
                  new byte[] {
                    (byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) header.length(), 0
                  });
              out.write(header.getBytes(StandardCharsets.US_ASCII));
              byte[] zeros = new byte[1 << 20];
              for (int i = 0; i < 64; i++) {
                out.write(zeros);
              }
            });
    assertThat(Files.size(bomb)).isLessThan(100_000);
    assertRefused(
        () -> Npz.read(bomb, 1 << 20), "unpacks to more than the 1048576 bytes that are allowed");
    assertThat(Npz.read(bomb).get("a").size()).isEqualTo(67108864);
  }

  @Test
  void a_size_that_deflate_cannot_reach_is_refused() throws Exception {
    Path file = zip("a.npy", out -> out.write(new byte[100]));
    byte[] bytes = Files.readAllBytes(file);
    int directory = indexOf(bytes, new byte[] {'P', 'K', 1, 2});
    bytes[directory + 24 + 3] = 0x30;
    Files.write(file, bytes);
    assertRefused(() -> Npz.read(file), "which no ZIP archive can hold");
  }

  @Test
  void damage_is_noticed_everywhere() throws Exception {
    Path file = folder.resolve("a.npz");
    Npz.write(file, Map.of("x", HostTensor.ofFloats(new float[] {1, 2, 3}, 3)));
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length += 7) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertRefused(() -> Npz.read(file), "a.npz");
    }
    int element = indexOf(whole, new byte[] {(byte) 0x80, 0x3f});
    whole[element] ^= 1;
    Files.write(file, whole);
    assertRefused(() -> Npz.read(file), "a.npz:x.npy': its checksum is wrong");
  }

  @Test
  void other_things_in_the_archive_are_refused() throws Exception {
    Path text = zip("readme.txt", out -> out.write(new byte[] {1}));
    assertRefused(() -> Npz.read(text), "readme.txt': only .npy files belong into a .npz file");
    Path garbage = zip("a.npy", out -> out.write(new byte[] {1}));
    assertRefused(() -> Npz.read(garbage), "a.npy': it does not start as a .npy file does");
  }

  @Test
  void the_limit_holds_for_all_arrays_together_and_may_be_reached() throws Exception {
    Path file = folder.resolve("a.npz");
    HostTensor tensor = HostTensor.ofFloats(new float[] {1, 2, 3}, 3);
    Map<String, HostTensor> arrays = new LinkedHashMap<>();
    arrays.put("a", tensor);
    arrays.put("b", tensor);
    Npz.write(file, arrays);
    Npy.write(folder.resolve("a.npy"), tensor);
    long both = 2 * Files.size(folder.resolve("a.npy"));

    assertThat(Npz.read(file, both)).hasSize(2);
    assertRefused(
        () -> Npz.read(file, both - 1),
        "it unpacks to more than the %d bytes that are allowed".formatted(both - 1));
  }

  /** Python's zipfile writes such archives; no program of Java does. */
  @Test
  void two_arrays_of_one_name_are_refused() throws Exception {
    Path file = folder.resolve("a.npz");
    Map<String, HostTensor> arrays = new LinkedHashMap<>();
    arrays.put("one", HostTensor.ofFloats(new float[] {1}, 1));
    arrays.put("two", HostTensor.ofFloats(new float[] {2}, 1));
    Npz.write(file, arrays);
    byte[] bytes = Files.readAllBytes(file);
    for (int copy = 0; copy < 2; copy++) {
      int at = indexOf(bytes, "two.npy".getBytes(StandardCharsets.US_ASCII));
      System.arraycopy("one".getBytes(StandardCharsets.US_ASCII), 0, bytes, at, 3);
    }
    Files.write(file, bytes);

    assertRefused(() -> Npz.read(file), "it holds two arrays named 'one'");
  }

  @Test
  void a_file_that_cannot_be_written_whole_leaves_the_one_that_was_there() throws Exception {
    Path file = folder.resolve("a.npz");
    Npz.write(file, Map.of("x", HostTensor.ofFloats(new float[] {1}, 1)));
    byte[] before = Files.readAllBytes(file);
    Map<String, HostTensor> arrays = new LinkedHashMap<>();
    arrays.put("good", HostTensor.ofFloats(new float[] {2}, 1));
    arrays.put("bad", HostTensor.of(ElementType.BFLOAT16, new double[] {1}, 1));

    assertThatThrownBy(() -> Npz.write(file, arrays))
        .hasMessage("NumPy has no bfloat16; convert to float32 first");
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    assertThat(folder.toFile().list()).containsExactly("a.npz");
  }

  private interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  private Path zip(String entry, Content content) throws IOException {
    Path file = folder.resolve("made.npz");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry(entry));
      content.writeTo(zip);
      zip.closeEntry();
    }
    return file;
  }

  private static void assertRefused(ThrowingCallable use, String message) {
    assertThatThrownBy(use).isInstanceOf(NumpyFormatException.class).hasMessageContaining(message);
  }

  private static void assertArray(
      Map<String, HostTensor> arrays, String name, String description, IntToDoubleFunction value) {
    HostTensor array = arrays.get(name);
    assertThat(array).as(name).hasToString(description);
    assertThat(array.toDoubles())
        .as(name)
        .containsExactly(IntStream.range(0, array.size()).mapToDouble(value).toArray());
  }

  private static int indexOf(byte[] bytes, byte[] wanted) {
    for (int i = 0; i <= bytes.length - wanted.length; i++) {
      if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
        return i;
      }
    }
    throw new AssertionError("not found");
  }
}
