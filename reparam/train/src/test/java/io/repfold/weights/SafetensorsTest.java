package io.repfold.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.ElementType;
import io.repfold.graph.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsTest {
  @TempDir Path folder;

  /** Every type with random bits: with NaNs of any payload, and zeros of both signs. */
  private static Map<String, Tensor> allTypes() {
    SplittableRandom random = new SplittableRandom(5);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (ElementType type : ElementType.values()) {
      if (SafetensorsTypes.nameOf(type).isPresent()) {
        ByteBuffer bits = ByteBuffer.allocate(15 * type.bits() / 8);
        random.nextBytes(bits.array());
        tensors.put("t." + type, Tensor.of(type, bits, 3, 5));
      }
    }
    ByteBuffer special = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    special.putInt(0x7FC01234).putInt(0xFFA00001).putInt(0x80000000).putInt(0x00000001).flip();
    tensors.put("special", Tensor.of(ElementType.FLOAT, special, 4));
    tensors.put("number \"1\" \u00e4", Tensor.ofFloats(new float[] {1}));
    tensors.put("empty", Tensor.ofFloats(new float[0], 0, 3));
    return tensors;
  }

  @Test
  void every_type_comes_back_bit_by_bit() {
    Map<String, Tensor> tensors = allTypes();
    assertThat(tensors).hasSizeGreaterThan(15);
    Path file = folder.resolve("w.safetensors");

    WeightsFile.writeSafetensors(file, tensors);

    assertThat(WeightsFile.read(file).tensors()).isEqualTo(tensors);
    assertThat(folder).isDirectoryNotContaining(path -> !path.equals(file));
  }

  @Test
  void what_the_library_of_safetensors_wrote_is_written_back_as_long_as_it_was()
      throws IOException {
    Path original = Fixtures.file("all.safetensors");
    Path copy = folder.resolve("copy");

    WeightsFile.writeSafetensors(copy, WeightsFile.read(original).tensors());

    assertThat(WeightsFile.read(copy)).isEqualTo(WeightsFile.read(original));
    ByteBuffer header = ByteBuffer.wrap(Files.readAllBytes(copy)).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(header.getLong() % 8).isZero();
  }

  @Test
  void wide_elements_come_first_so_that_all_are_aligned() throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("bytes", Tensor.ofDoubles(ElementType.UINT8, new double[] {1, 2, 3}, 3));
    tensors.put("numbers", Tensor.ofLongs(new long[] {4}, 1));
    Path file = folder.resolve("w.safetensors");
    WeightsFile.writeSafetensors(file, tensors);
    assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
        .contains(entry("numbers", "I64", "[1]", 0, 8), entry("bytes", "U8", "[3]", 8, 11));
  }

  @Test
  void a_type_without_a_name_is_refused_and_nothing_is_written() {
    Path file = folder.resolve("w.safetensors");
    Tensor complex = Tensor.of(ElementType.COMPLEX64, ByteBuffer.allocate(8), 1);
    assertThatThrownBy(() -> WeightsFile.writeSafetensors(file, Map.of("c", complex)))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("tensor 'c' is COMPLEX64[1], which safetensors has no name for");
    Map<String, Tensor> reserved = Map.of("__metadata__", Tensor.ofFloats(new float[] {1}));
    assertThatThrownBy(() -> WeightsFile.writeSafetensors(file, reserved))
        .hasMessageContaining("must not be named '__metadata__'");
    assertThat(file).doesNotExist();
  }

  private static String entry(String name, String dtype, String shape, long start, long end) {
    return "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
        .formatted(name, dtype, shape, start, end);
  }

  static Stream<Arguments> headers() {
    String a = entry("a", "F32", "[2]", 0, 8);
    return Stream.of(
        Arguments.of(
            "begins at byte 4 of the data, expected 8", a + "," + entry("b", "F32", "[3]", 4, 16)),
        Arguments.of(
            "begins at byte 12 of the data, expected 8",
            a + "," + entry("b", "F32", "[1]", 12, 16)),
        Arguments.of("its tensors end at 8", a),
        Arguments.of("lies at [0, 20] in 16 bytes", entry("a", "F32", "[5]", 0, 20)),
        Arguments.of("lies at [8, 0]", entry("a", "F32", "[2]", 8, 0)),
        Arguments.of("is [3] of F32, and has 16 bytes", entry("a", "F32", "[3]", 0, 16)),
        Arguments.of("has dtype 'F4'", entry("a", "F4", "[3]", 0, 16)),
        Arguments.of("has -4 in 'shape'", entry("a", "F32", "[-4,-1]", 0, 16)),
        Arguments.of("has 1.5 in 'shape'", entry("a", "F32", "[1.5]", 0, 16)),
        Arguments.of("takes more than 2 GiB", entry("a", "F32", "[4294967296,4294967296]", 0, 16)),
        Arguments.of("takes more than 2 GiB", entry("a", "F32", "[9223372036854775807]", 0, 16)),
        Arguments.of(
            "has 99999999999999999999 in", entry("a", "F32", "[99999999999999999999]", 0, 16)),
        Arguments.of("Duplicate field 'a'", a + "," + entry("a", "F32", "[2]", 8, 16)),
        Arguments.of("has no list 'shape'", entry("a", "F32", "4", 0, 16)),
        Arguments.of("has dtype ''", "\"a\":[]"),
        Arguments.of("header that is not JSON", "\"a\":" + "[".repeat(100_000)),
        Arguments.of("header that is not JSON", a + "}}{"));
  }

  @ParameterizedTest
  @MethodSource("headers")
  void a_header_that_does_not_fit_its_data_is_refused(String why, String entries)
      throws IOException {
    Path file = write("{" + entries + "}");
    assertThatThrownBy(() -> WeightsFile.read(file))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(why);
  }

  @Test
  void metadata_and_spaces_are_no_tensors() throws IOException {
    Path file =
        write(
            "{\"__metadata__\":{\"format\":\"pt\"}," + entry("a", "I32", "[2,2]", 0, 16) + "}    ");
    assertThat(WeightsFile.read(file).tensors())
        .containsOnlyKeys("a")
        .hasEntrySatisfying(
            "a", tensor -> assertThat(tensor.toLongs()).containsExactly(0, 1, 2, 3));
  }

  /** A header and sixteen bytes: the 32-bit integers 0 to 3. */
  private Path write(String header) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer file = ByteBuffer.allocate(8 + text.length + 16).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(text.length).put(text).putInt(0).putInt(1).putInt(2).putInt(3);
    return Files.write(folder.resolve("w.safetensors"), file.array());
  }
}
