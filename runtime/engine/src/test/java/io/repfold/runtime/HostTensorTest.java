package io.repfold.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostTensorTest {
  @ParameterizedTest
  @CsvSource({
    "INT8, -128, 127",
    "INT16, -32768, 32767",
    "INT32, -2147483648, 2147483647",
    "INT64, -9007199254740992, 9007199254740992",
    "UINT8, 0, 255",
    "UINT16, 0, 65535",
    "UINT32, 0, 4294967295",
    "UINT64, 0, 18446744073709549568",
    "BOOL, 0, 1",
    "FLOAT16, -65504, 65504",
    "FLOAT, -0.5, 3",
    "DOUBLE, 0.1, 0.2"
  })
  void the_range_of_each_type_is_kept(ElementType type, double low, double high) {
    HostTensor tensor = HostTensor.of(type, new double[] {low, high}, 2);
    assertThat(tensor.toDoubles()).containsExactly(low, high);
    assertThat(tensor.bytes().remaining()).isEqualTo(2 * type.bytes());
  }

  @ParameterizedTest
  @CsvSource({
    "INT8, 128",
    "INT8, 0.5",
    "UINT8, -1",
    "BOOL, 2",
    "INT32, NaN",
    "INT64, 9223372036854775808",
    "UINT64, 18446744073709551616",
    "UINT64, -1"
  })
  void an_integer_type_refuses_what_it_cannot_hold(ElementType type, double value) {
    assertRefused(() -> HostTensor.of(type, new double[] {value}, 1), "does not fit into " + type);
  }

  @Test
  void integers_are_exact_as_longs() {
    HostTensor tensor = HostTensor.ofLongs(new long[] {Long.MAX_VALUE, Long.MIN_VALUE}, 2);
    assertThat(tensor.getLong(0)).isEqualTo(Long.MAX_VALUE);
    assertThat(tensor.getLong(1)).isEqualTo(Long.MIN_VALUE);
    assertThatThrownBy(() -> HostTensor.ofFloats(new float[] {1}).getLong(0))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void sizes_are_checked_also_when_their_product_overflows() {
    assertRefused(
        () -> HostTensor.ofFloats(new float[3], 2, 2),
        "Shape [2, 2] holds 4 elements, but 3 values were given");
    assertRefused(() -> HostTensor.ofFloats(new float[0], 0, -1), "negative dimension");
    assertRefused(() -> HostTensor.allocate(ElementType.FLOAT, 1L << 32, 1L << 32), "2 GiB");
    assertRefused(() -> HostTensor.allocate(ElementType.DOUBLE, 1L << 28), "2 GiB");
    assertRefused(
        () -> HostTensor.allocate(ElementType.INT8, Long.MAX_VALUE, Long.MAX_VALUE), "2 GiB");
    assertThat(HostTensor.allocate(ElementType.FLOAT, 0, Long.MAX_VALUE).size()).isZero();
  }

  @Test
  void an_index_outside_is_an_exception() {
    HostTensor tensor = HostTensor.ofFloats(new float[] {1, 2}, 2);
    assertThatThrownBy(() -> tensor.get(2)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> tensor.get(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> tensor.get(1 << 30)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void nothing_handed_out_can_change_it() {
    long[] shape = {2};
    float[] values = {1, 2};
    HostTensor tensor = HostTensor.ofFloats(values, shape);
    shape[0] = 3;
    values[0] = 9;
    tensor.shape()[0] = 4;
    assertThat(tensor).hasToString("float32[2]");
    assertThat(tensor.toFloats()).containsExactly(1, 2);
    assertThat(tensor.bytes().order()).isEqualTo(ByteOrder.nativeOrder());
    assertThatThrownBy(() -> tensor.bytes().putFloat(0, 1))
        .isInstanceOf(ReadOnlyBufferException.class);
  }

  @Test
  void a_buffer_that_native_code_would_misread_is_refused() {
    ByteOrder other =
        ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
            ? ByteOrder.BIG_ENDIAN
            : ByteOrder.LITTLE_ENDIAN;
    ByteBuffer direct = ByteBuffer.allocateDirect(16).order(ByteOrder.nativeOrder());

    assertRefused(() -> wrap(ByteBuffer.allocateDirect(16).order(other), 4), "this machine is");
    assertRefused(
        () -> wrap(ByteBuffer.allocate(16).order(ByteOrder.nativeOrder()), 4), "on the heap");
    assertRefused(() -> wrap(direct, 3), "float32[3] needs 12 bytes, the buffer has 16");
    ByteBuffer odd = direct.duplicate().order(ByteOrder.nativeOrder()).position(1).limit(5);
    assertRefused(() -> wrap(odd, 1), "not a multiple of 4");
  }

  @Test
  void one_on_the_heap_holds_the_same_as_its_copy_in_direct_memory() {
    ByteBuffer heap = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
    heap.asFloatBuffer().put(new float[] {1, 2, 3, 4});
    HostTensor tensor = HostTensor.onHeap(ElementType.FLOAT, heap, 2, 2);
    HostTensor direct = tensor.inDirectMemory();

    assertThat(tensor.bytes().isDirect()).isFalse();
    assertThat(direct.bytes().isDirect()).isTrue();
    assertThat(direct.inDirectMemory()).isSameAs(direct);
    assertThat(direct.copyOnHeap().bytes().isDirect()).isFalse();
    for (HostTensor each : List.of(tensor, direct, direct.copyOnHeap())) {
      assertThat(each.toFloats()).containsExactly(1, 2, 3, 4);
      assertThat(each.shape()).containsExactly(2, 2);
      assertThat(each.row(1).toDoubles()).containsExactly(3, 4);
    }
  }

  @Test
  void a_view_shows_its_part_of_the_buffer() {
    ByteBuffer direct = ByteBuffer.allocateDirect(16).order(ByteOrder.nativeOrder());
    HostTensor tensor = wrap(direct.position(4).limit(12), 2);
    direct.putFloat(8, 5);
    assertThat(tensor.toFloats()).containsExactly(0, 5);
  }

  private static HostTensor wrap(ByteBuffer buffer, long... shape) {
    return HostTensor.wrap(ElementType.FLOAT, buffer, shape);
  }

  private static void assertRefused(ThrowingCallable use, String message) {
    assertThatThrownBy(use)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
