package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.kit.Allocations;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TensorTest {
  @Test
  void comparing_elements_takes_no_memory_for_each() {
    Tensor tensor = Tensor.ofFloats(new float[1 << 18], 1 << 18);
    assertThat(tensor.isUniform()).isTrue();
    assertThat(Allocations.during(tensor::isUniform)).isLessThan(1 << 14);
  }

  private static double through(ElementType type, double value) {
    return Tensor.ofDoubles(type, new double[] {value}, 1).doubleAt(0);
  }

  /** The ends of each type are what its bits allow. */
  @ParameterizedTest
  @CsvSource({
    "INT8, -128, 127",
    "UINT8, 0, 255",
    "INT16, -32768, 32767",
    "UINT16, 0, 65535",
    "INT32, -2147483648, 2147483647",
    "UINT32, 0, 4294967295",
    "INT64, -9223372036854775808, 9223372036854774784",
    "UINT64, 0, 18446744073709549568",
    "BOOL, 0, 1",
    "FLOAT, -3.4028234663852886e38, 1.401298464324817e-45",
    "DOUBLE, -1.7976931348623157e308, 4.9e-324",
    "FLOAT16, -65504, 5.960464477539063e-8",
    "BFLOAT16, -3.3895313892515355e38, 9.183549615799121e-41"
  })
  void the_ends_of_a_type_are_kept(ElementType type, double least, double most) {
    assertThat(through(type, least)).isEqualTo(least);
    assertThat(through(type, most)).isEqualTo(most);
    Tensor both = Tensor.ofDoubles(type, new double[] {least, most}, 2, 1);
    assertThat(both.toDoubles()).containsExactly(least, most);
    assertThat(both.data().remaining()).isEqualTo(2 * type.bits() / 8);
  }

  /** Above 2^63 a long has no sign to spare. */
  @Test
  void an_unsigned_integer_above_the_signed_ones_is_positive() {
    ByteBuffer bytes = ByteBuffer.wrap(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1});
    Tensor largest = Tensor.of(ElementType.UINT64, bytes, 1);

    assertThat(largest.doubleAt(0)).isEqualTo(0x1p64);
    assertThat(through(ElementType.UINT64, 0x1p63)).isEqualTo(0x1p63);
    assertThat(through(ElementType.UINT64, 0x1.8p63)).isEqualTo(0x1.8p63);
    assertThat(through(ElementType.UINT64, 0x1p62)).isEqualTo(0x1p62);
    assertThat(through(ElementType.UINT64, 0x1p70)).isEqualTo(0x1p64);
  }

  /** 2^63 + 1025 lies above the middle of two neighbors, 2^63 + 1024 on it. */
  @Test
  void an_unsigned_integer_is_rounded_once() {
    assertThat(unsigned(0x8000000000000401L)).isEqualTo(0x1p63 + 2048);
    assertThat(unsigned(0x8000000000000400L)).isEqualTo(0x1p63);
    assertThat(unsigned(0x8000000000000c00L)).isEqualTo(0x1p63 + 4096);
  }

  private static double unsigned(long bits) {
    ByteBuffer bytes = ByteBuffer.allocate(8).putLong(0, Long.reverseBytes(bits));
    return Tensor.of(ElementType.UINT64, bytes, 1).doubleAt(0);
  }

  @Test
  void elements_lie_in_little_endian_order() {
    assertThat(Tensor.ofLongs(new long[] {1}, 1).data().get(0)).isEqualTo((byte) 1);
    assertThat(Tensor.ofFloats(new float[] {1}, 1).data().get(3)).isEqualTo((byte) 0x3f);
    byte[] little = {0, 1, 0, 0};
    assertThat(Tensor.of(ElementType.INT32, ByteBuffer.wrap(little), 1).toLongs())
        .containsExactly(256);
    ByteBuffer within = ByteBuffer.wrap(new byte[] {9, 9, 5, 9}, 2, 1);
    assertThat(Tensor.of(ElementType.UINT8, within, 1).toLongs()).containsExactly(5);
  }

  @ParameterizedTest
  @CsvSource({"UINT4, 3, 2", "INT4, 4, 2", "FLOAT4E2M1, 1, 1", "FLOAT8E5M2, 3, 3", "INT4, 0, 0"})
  void narrow_types_are_packed(ElementType type, long elements, int bytes) {
    Tensor tensor = Tensor.of(type, ByteBuffer.allocate(bytes), elements);
    assertThat(tensor.size()).isEqualTo(elements);
    assertThatThrownBy(() -> Tensor.of(type, ByteBuffer.allocate(bytes + 1), elements))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessage(
            "A %s tensor of shape [%d] takes %d bytes, got %d", type, elements, bytes, bytes + 1);
  }

  @Test
  void sizes_beyond_all_memory_are_refused_by_their_shape() {
    ByteBuffer none = ByteBuffer.allocate(0);
    assertThatThrownBy(() -> Tensor.of(ElementType.FLOAT, none, 1L << 61))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessage(
            "A FLOAT tensor of shape [2305843009213693952] takes more than 2 GiB, got 0 bytes");
    assertThatThrownBy(() -> Tensor.of(ElementType.DOUBLE, none, 1L << 40, 1L << 40))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessageContaining("[1099511627776, 1099511627776] has more than 2^63 elements");
    assertThatThrownBy(() -> Tensor.count(3, -1))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessage("Dimension -1 is negative in shape [3, -1]");
    assertThat(Tensor.count()).isEqualTo(1);
    assertThat(Tensor.count(5, 0, 1L << 62)).isZero();
    assertThat(Tensor.count((1L << 31) - 1, 1L << 32)).isEqualTo(((1L << 31) - 1) << 32);
  }

  @Test
  void only_the_number_of_values_that_the_shape_asks_for_is_taken() {
    assertThatThrownBy(() -> Tensor.ofFloats(new float[3], 2, 2))
        .hasMessage("A FLOAT tensor of shape [2, 2] takes 16 bytes, got 12");
    assertThatThrownBy(() -> Tensor.ofStrings(List.of(new byte[1]), 2))
        .hasMessage("A string tensor of shape [2] has 2 elements, got 1");
    assertThat(Tensor.ofFloats(new float[] {7}).rank()).isZero();
  }

  @ParameterizedTest
  @EnumSource(names = {"STRING", "COMPLEX64", "FLOAT8E4M3FN", "FLOAT8E8M0", "COMPLEX128"})
  void types_without_real_numbers_are_neither_read_nor_written(ElementType type) {
    assertThat(type.isNumeric()).isFalse();
    assertThatThrownBy(() -> Tensor.ofDoubles(type, new double[1], 1))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessage("Cannot write numbers into a %s tensor", type);
    Tensor tensor =
        type == ElementType.STRING
            ? Tensor.ofStrings(List.of(new byte[1]), 1)
            : Tensor.of(type, ByteBuffer.allocate(type.bits() / 8), 1);
    assertThatThrownBy(() -> tensor.doubleAt(0))
        .hasMessage("A %s tensor holds no real numbers", type);
  }

  @Test
  void nothing_that_goes_in_or_comes_out_changes_a_tensor() {
    long[] dims = {2};
    byte[] text = "a".getBytes(StandardCharsets.UTF_8);
    Tensor tensor = Tensor.ofLongs(new long[] {1, 2}, dims);
    Tensor strings = Tensor.ofStrings(List.of(text), 1);
    dims[0] = 9;
    text[0] = 'b';
    tensor.dims()[0] = 9;
    strings.strings().get(0)[0] = 'b';

    assertThat(tensor.dim(0)).isEqualTo(2);
    assertThat(strings.strings().get(0)).containsExactly('a');
    assertThatThrownBy(() -> tensor.data().putLong(0, 5))
        .isInstanceOf(ReadOnlyBufferException.class);
    tensor.data().getLong();
    assertThat(tensor.data().remaining()).isEqualTo(16);
  }

  @Test
  void equal_tensors_have_equal_types_shapes_and_elements() {
    Tensor tensor = Tensor.ofFloats(new float[] {1, 2}, 2);
    assertThat(tensor).isEqualTo(Tensor.ofFloats(new float[] {1, 2}, 2)).isEqualTo(tensor);
    assertThat(tensor).hasSameHashCodeAs(Tensor.ofFloats(new float[] {1, 2}, 2));
    assertThat(tensor).isNotEqualTo(Tensor.ofFloats(new float[] {1, 3}, 2));
    assertThat(tensor).isNotEqualTo(Tensor.ofFloats(new float[] {1, 2}, 1, 2));
    assertThat(tensor).isNotEqualTo(Tensor.of(ElementType.INT32, tensor.data(), 2));
    Tensor text = Tensor.ofStrings(List.of(new byte[] {1}), 1);
    assertThat(text).isEqualTo(Tensor.ofStrings(List.of(new byte[] {1}), 1));
    assertThat(text).isNotEqualTo(Tensor.ofStrings(List.of(new byte[] {2}), 1));
    assertThat(tensor).hasToString("FLOAT[2]");
  }

  @Test
  void whole_numbers_come_from_integer_tensors_alone() {
    assertThat(Tensor.ofLongs(new long[] {Long.MIN_VALUE, (1L << 53) + 1}, 2).toLongs())
        .containsExactly(Long.MIN_VALUE, (1L << 53) + 1);
    assertThat(Tensor.ofDoubles(ElementType.BOOL, new double[] {0, 7}, 2).toLongs())
        .containsExactly(0, 1);
    assertThatThrownBy(() -> Tensor.ofFloats(new float[2], 2).toLongs())
        .hasMessage("Expected an integer tensor, got FLOAT[2]");
  }

  @ParameterizedTest
  @EnumSource
  void a_type_is_known_by_its_code(ElementType type) {
    assertThat(ElementType.ofCode(type.code())).isEqualTo(type);
  }

  @ParameterizedTest
  @CsvSource({"0", "25", "-1"})
  void other_codes_are_named(int code) {
    assertThatThrownBy(() -> ElementType.ofCode(code))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessageContaining("Element type " + code);
  }
}
