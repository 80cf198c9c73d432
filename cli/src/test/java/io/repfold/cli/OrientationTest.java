package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OrientationTest {
  @TempDir private Path folder;

  private int of(byte[] content) throws IOException {
    return Orientation.of(Files.write(folder.resolve("a.jpg"), content));
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 3", "6, 6", "8, 8", "0, 1", "9, 1"})
  void the_orientation_is_read_in_both_byte_orders(int stored, int expected) throws IOException {
    for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
      byte[] content = Photos.turned(order, stored);
      assertThat(of(content)).isEqualTo(expected);
    }
  }

  @Test
  void images_that_say_nothing_are_upright() throws IOException {
    assertThat(of(Photos.JPEG)).isEqualTo(Orientation.UPRIGHT);
    assertThat(of(Photos.encoded("png"))).isEqualTo(1);
    assertThat(of(new byte[0])).isEqualTo(1);
    byte[] whole = Photos.turned(ByteOrder.BIG_ENDIAN, 6);
    for (int length = 0; length < 46; length++) {
      assertThat(of(Arrays.copyOf(whole, length))).as("%d bytes", length).isEqualTo(1);
    }
  }
}
