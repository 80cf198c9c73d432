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
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How elements lie in a file: the order of bytes, the order of axes, sizes at the limits. */
class NpyLayoutTest {
  @TempDir private Path folder;

  /** 0 to 5 as they lie in the file; in Fortran order the first index varies fastest. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "<i2; False; (2, 3); 0 1 2 3 4 5",
        "<i2; True; (2, 3); 0 2 4 1 3 5",
        ">i2; True; (2, 3); 0 2 4 1 3 5",
        ">i4; True; (3, 2); 0 3 1 4 2 5",
        ">f8; True; (1, 2, 3); 0 2 4 1 3 5",
        "<f4; True; (3, 1, 2); 0 3 1 4 2 5",
        "|u1; True; (2, 1, 3, 1); 0 2 4 1 3 5",
        ">u8; True; (6,); 0 1 2 3 4 5",
        ">u4; False; (3, 2); 0 1 2 3 4 5"
      })
  void elements_are_read_in_row_major_order(
      String type, boolean fortran, String shape, String expected) throws Exception {
    HostTensor read =
        Npy.read(
            file(
                "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }"
                    .formatted(type, fortran ? "True" : "False", shape),
                elements(type, 6)));
    assertThat(read.toDoubles())
        .containsExactly(
            Arrays.stream(expected.split(" ")).mapToDouble(Double::parseDouble).toArray());
    assertThat(read.shape())
        .containsExactly(
            Arrays.stream(shape.split("[(), ]+"))
                .filter(size -> !size.isEmpty())
                .mapToLong(Long::parseLong)
                .toArray());
  }

  /** Two axes of which the last is the longest, and one of one. */
  @Test
  void fortran_order_of_four_axes_is_that_of_the_formula() throws Exception {
    int[] shape = {2, 3, 1, 5};
    HostTensor read =
        Npy.read(
            file(
                "{'descr': '<i4', 'fortran_order': True, 'shape': (2, 3, 1, 5), }",
                elements("<i4", 30)));
    for (int flat = 0; flat < 30; flat++) {
      int last = flat % 5;
      int second = flat / 5 % 3;
      int first = flat / 15;
      assertThat(read.get(flat)).isEqualTo(first + shape[0] * (second + shape[1] * last));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "() | 1 | float32[]",
        "(0,) | 0 | float32[0]",
        "(0, 3) | 0 | float32[0, 3]",
        "(3, 0) | 0 | float32[3, 0]",
        "(0, 999999999999999999) | 0 | float32[0, 999999999999999999]"
      })
  void one_element_and_none_are_the_same_in_both_orders(String shape, int count, String expected)
      throws Exception {
    for (String fortran : new String[] {"True", "False"}) {
      String header = "{'descr': '<f4', 'fortran_order': %s, 'shape': %s, }";
      assertThat(Npy.read(file(header.formatted(fortran, shape), elements("<f4", count))))
          .hasToString(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"shape\":(2,),\"fortran_order\":False,\"descr\":\"<f4\"}",
        "  {  'descr' : '<f4' ,\n 'shape' : ( 2 , ) , 'fortran_order' : False , }  \n",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (0000000000000002L, )}"
      })
  void headers_as_other_programs_write_them_are_read(String header) throws Exception {
    assertThat(Npy.read(file(header, elements("<f4", 2))).toFloats()).containsExactly(0, 1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,) 'x'} | '}' was expected",
        "{'descr' '<f4'} | ':' was expected",
        "{descr: '<f4'} | a quoted text was expected",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2 3)} | ')' was expected",
        "{'descr': '<f4', 'fortran_order': False, 'shape': 2} | '(' was expected",
        "{'descr': '<f4', 'fortran_order': False, 'fortran_order': True} | 'fortran_order' is there twice",
        "{'descr': '<f4', 'shape': (2,), 'shape': (2,)} | 'shape' is there twice",
        "{'descr': '<f4', 'shape': (2,)} | it needs 'descr'",
        "{'fortran_order': False, 'shape': (2,)} | it needs 'descr'",
        "{'descr': '?f4', 'fortran_order': False, 'shape': (2,)} | its elements are '?f4'",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000000000,)} | a size from 0"
      })
  void malformed_headers_are_refused(String header, String message) throws Exception {
    assertRefused(file(header, elements("<f4", 2)), message);
  }

  @Test
  void one_element_more_or_less_than_the_shape_says_is_refused() throws Exception {
    String header = "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 3), }";
    assertRefused(file(header, elements("<i2", 7)), "int16[2, 3] takes 12 bytes, but 14 follow");
    assertRefused(file(header, elements("<i2", 5)), "int16[2, 3] takes 12 bytes, but 10 follow");
  }

  /** 2^30 elements of two bytes are one byte more than an array of Java can have. */
  @Test
  void sizes_around_two_gibibytes_are_refused_by_what_is_wrong() throws Exception {
    String header = "{'descr': '%s', 'fortran_order': False, 'shape': (%s,), }";
    assertRefused(file(header.formatted("<i2", "1073741824"), new byte[4]), "2 GiB");
    assertRefused(file(header.formatted("<i2", "1073741823"), new byte[4]), "but 4 follow");
    assertRefused(file(header.formatted("|u1", "2147483647"), new byte[4]), "but 4 follow");
    assertRefused(file(header.formatted("|u1", "2147483648"), new byte[4]), "2 GiB");
  }

  @Test
  void a_header_and_a_rank_may_be_as_large_as_the_limits() throws Exception {
    String start = "{'descr': '<f4', 'fortran_order': False, 'shape': (";
    String most = start + "1,".repeat(64) + ")}";
    assertThat(Npy.read(file(most, elements("<f4", 1))).rank()).isEqualTo(64);
    String padded = start + "1,)}";
    padded += " ".repeat((1 << 16) - padded.length());
    assertThat(Npy.read(file(padded, elements("<f4", 1))).size()).isEqualTo(1);
    assertRefused(file(padded + " ", elements("<f4", 1)), "its header is 65537 bytes long");
  }

  /** NumPy maps files into memory, which needs elements at a multiple of 64 bytes. */
  @Test
  void the_elements_begin_at_a_multiple_of_64_bytes_for_every_rank() throws Exception {
    Path file = folder.resolve("a.npy");
    for (int rank = 0; rank < 40; rank++) {
      long[] shape = LongStream.generate(() -> 1).limit(rank).toArray();
      Npy.write(file, HostTensor.ofFloats(new float[] {rank}, shape));
      byte[] bytes = Files.readAllBytes(file);
      int header = 10 + (bytes[8] & 0xff) + 256 * (bytes[9] & 0xff);
      assertThat(header % 64).as("rank " + rank).isZero();
      assertThat(bytes.length).isEqualTo(header + 4);
      assertThat(bytes[header - 1]).isEqualTo((byte) '\n');
      assertThat(Npy.read(file).shape()).containsExactly(shape);
    }
  }

  /** NumPy takes a type without a byte order for one of its own machine. */
  @Test
  void the_byte_order_is_written_where_there_is_one() throws Exception {
    Path file = folder.resolve("a.npy");
    char order = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? '<' : '>';
    Npy.write(file, HostTensor.ofFloats(new float[] {1}, 1));
    assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
        .contains("{'descr': '%sf4', 'fortran_order': False, 'shape': (1,), }".formatted(order));
    Npy.write(file, HostTensor.of(ElementType.UINT8, new double[] {1, 2}, 2, 1));
    assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
        .contains("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 1,), }");
  }

  @ParameterizedTest
  @ValueSource(ints = {65535, 65536, 65537, 200003})
  void arrays_that_are_copied_in_pieces_stay_whole(int size) throws Exception {
    byte[] content = new byte[size];
    new SplittableRandom(size).nextBytes(content);
    ByteBuffer direct = ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
    HostTensor tensor = HostTensor.wrap(ElementType.UINT8, direct.put(content).flip(), size);
    Path file = folder.resolve("a.npy");
    Npy.write(file, tensor);
    assertThat(Npy.read(file).bytes()).isEqualTo(ByteBuffer.wrap(content));

    byte[] written = Files.readAllBytes(file);
    assertThat(Arrays.copyOfRange(written, written.length - size, written.length))
        .isEqualTo(content);
  }

  private void assertRefused(Path file, String message) {
    assertThatThrownBy(() -> Npy.read(file))
        .isInstanceOf(NumpyFormatException.class)
        .hasMessageContaining(message);
  }

  private Path file(String header, byte... elements) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(12 + text.length + elements.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 3, 0}).putInt(text.length);
    return Files.write(folder.resolve("made.npy"), bytes.put(text).put(elements).array());
  }

  /** 0, 1, 2 and so on. */
  private static byte[] elements(String type, int count) {
    int width = type.charAt(2) - '0';
    ByteBuffer bytes =
        ByteBuffer.allocate(width * count)
            .order(type.charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    IntStream.range(0, count)
        .forEach(
            i -> {
              switch (type.substring(1)) {
                case "u1" -> bytes.put((byte) i);
                case "i2" -> bytes.putShort((short) i);
                case "i4", "u4" -> bytes.putInt(i);
                case "u8" -> bytes.putLong(i);
                case "f4" -> bytes.putFloat(i);
                case "f8" -> bytes.putDouble(i);
                default -> throw new AssertionError(type);
              }
            });
    return bytes.array();
  }
}
