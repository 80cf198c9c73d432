package io.repfold.numpy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.runtime.ElementType;
import io.repfold.runtime.HostTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class NpyTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BFLOAT16")
  void what_is_written_is_read_back(ElementType type) throws Exception {
    double[] values = {0, 1, 1, 0, 1, 1};
    HostTensor tensor = HostTensor.of(type, values, 1, 2, 3);
    Path file = folder.resolve("a.npy");
    Npy.write(file, tensor);
    HostTensor back = Npy.read(file);

    assertThat(back).hasToString(tensor.toString());
    assertThat(back.bytes()).isEqualTo(tensor.bytes());
    assertThat(folder.toFile().list()).containsExactly("a.npy");
    assertThat((Files.size(file) - tensor.bytes().remaining()) % 64).isZero();
  }

  @Test
  void bfloat16_is_refused_and_leaves_no_file() {
    HostTensor tensor = HostTensor.of(ElementType.BFLOAT16, new double[] {1}, 1);
    assertThatThrownBy(() -> Npy.write(folder.resolve("a.npy"), tensor))
        .hasMessage("NumPy has no bfloat16; convert to float32 first");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void versions_2_and_3_as_numpy_writes_them_are_read() throws Exception {
    HostTensor two = Npy.read(resource("version-2.npy"));
    assertThat(two).hasToString("float64[2, 3]");
    assertThat(two.toDoubles()).containsExactly(0, 1, 2, 3, 4, 5);

    HostTensor three = Npy.read(resource("version-3.npy"));
    assertThat(three).hasToString("float32[3]");
    assertThat(three.toDoubles()).containsExactly(0, 1, 2);
  }

  @Test
  void an_empty_and_a_scalar_array_pass() throws Exception {
    for (HostTensor tensor :
        new HostTensor[] {
          HostTensor.ofFloats(new float[0], 0, 4), HostTensor.ofFloats(new float[] {7})
        }) {
      Path file = folder.resolve("a.npy");
      Npy.write(file, tensor);
      assertThat(Npy.read(file)).hasToString(tensor.toString());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "objects.npy, pickled Python objects",
    "structured.npy, structured array",
    "complex.npy, its elements are '<c8'"
  })
  void what_holds_no_plain_numbers_is_refused(String name, String message) {
    assertRefused(resource(name), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,3), } | takes 24 bytes, but 8 follow its header",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), } | takes 4 bytes, but 8 follow its header",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (999999999999999999, 999999999999999999), } | 2 GiB",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 2), } | 2 GiB",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2147483647,), } | 2 GiB",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3), } | takes 0 bytes, but 8 follow",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), } | a size from 0 to 10^18 was expected",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), } | a size from 0 to 10^18",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, } | a size from 0",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (2,), } | True or False was expected",
        "{'descr': '<f4', 'fortran_order': False} | it needs 'descr', 'fortran_order' and 'shape'",
        "{'descr': '<f4', 'descr': '<f8'} | 'descr' is there twice",
        "{'descr': '<f4', 'exec': 'x'} | 'exec' is no key of it",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} import os | there is more after '}'",
        "{'descr': '<f4 | a quote is not closed",
        "__import__('os') | '{' was expected",
        "{'descr': '', 'fortran_order': False, 'shape': (2,)} | its elements are ''",
        "{'descr': 'f4', 'fortran_order': False, 'shape': (2,)} | its elements are 'f4'",
        "{'descr': '<U4', 'fortran_order': False, 'shape': (2,)} | its elements are '<U4'",
        "{'descr': '<f16', 'fortran_order': False, 'shape': (2,)} | convert it with astype('float32')"
      })
  void hostile_headers_are_refused(String header, String message) throws Exception {
    assertRefused(file(1, header.length(), header, 8), message);
  }

  @Test
  void hostile_starts_are_refused() throws Exception {
    String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}";
    assertRefused(file(9, header.length(), header, 8), "its format version is 9");
    assertRefused(file(1, 60000, header, 8), "it ends inside its header");
    assertRefused(file(2, 2_000_000_000, header, 8), "its header is 2000000000 bytes long");
    assertRefused(file(2, -1, header, 8), "its header is 4294967295 bytes long");
    assertRefused(
        Files.write(folder.resolve("b.npy"), new byte[] {1, 2}),
        "does not start as a .npy file does");
    assertRefused(
        Files.write(folder.resolve("c.npy"), new byte[0]), "does not start as a .npy file does");
    String many = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + "1,".repeat(65) + ")}";
    assertRefused(file(1, many.length(), many, 4), "65 dimensions");
  }

  @Test
  void every_cut_of_a_file_is_an_error_with_its_name() throws Exception {
    Path file = folder.resolve("whole.npy");
    Npy.write(file, HostTensor.ofFloats(new float[] {1, 2, 3}, 3));
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      assertRefused(
          Files.write(folder.resolve("cut.npy"), Arrays.copyOf(whole, length)), "cut.npy");
    }
  }

  @Test
  void a_bool_that_is_neither_0_nor_1_becomes_1() throws Exception {
    String header = "{'descr': '|b1', 'fortran_order': False, 'shape': (2L,)}";
    Path file = file(1, header.length(), header, 0);
    Files.write(file, new byte[] {0, (byte) 0xff}, StandardOpenOption.APPEND);
    assertThat(Npy.read(file).toDoubles()).containsExactly(0, 1);
  }

  private static void assertRefused(Path file, String message) {
    assertThatThrownBy(() -> Npy.read(file))
        .isInstanceOf(NumpyFormatException.class)
        .hasMessageStartingWith("Cannot read '" + file + "': ")
        .hasMessageContaining(message);
  }

  private Path file(int version, int claimedLength, String header, int payload) throws IOException {
    int lengthBytes = version == 1 ? 2 : 4;
    byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + lengthBytes + text.length + payload).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
    if (version == 1) {
      bytes.putShort((short) claimedLength);
    } else {
      bytes.putInt(claimedLength);
    }
    bytes.put(text);
    return Files.write(folder.resolve("hostile.npy"), bytes.array());
  }

  static Path resource(String name) {
    return Path.of("src/test/resources/numpy", name);
  }
}
