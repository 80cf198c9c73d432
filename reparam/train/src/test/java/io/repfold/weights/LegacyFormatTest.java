package io.repfold.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The old format of PyTorch, in forms that today's PyTorch reads and does not write. */
class LegacyFormatTest {
  private static final String MAGIC = "\u0080\u0002\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\u0019.";

  @TempDir Path folder;

  /** A file with the numbers 0 to 5 as storage {@code 0}, of which {@code count} are claimed. */
  private static PickleWriter file(PickleWriter object, String keys, long count) {
    PickleWriter file =
        new PickleWriter().raw(MAGIC).raw("\u0080\u0002M\u00e9\u0003.").raw("\u0080\u0002}.");
    file.raw("\u0080\u0002}").text("w").append(object).raw("s.");
    file.raw("\u0080\u0002]").raw(keys).raw(".").littleEndian(count, Long.BYTES);
    for (int i = 0; i < 6; i++) {
      file.littleEndian(Float.floatToRawIntBits(i), Float.BYTES);
    }
    return file;
  }

  /** Two by two numbers from a part of the storage: (key, offset, length). */
  private static PickleWriter part(long offset, long length) {
    String part =
        new PickleWriter().raw("(").text("p").integer(offset).integer(length).raw("t").toString();
    return new PickleWriter()
        .tensor("FloatStorage", 6, part, 1, new long[] {2, 2}, new long[] {1, 2});
  }

  private static PickleWriter whole(String type, long count) {
    return new PickleWriter().tensor(type, count, "N", 0, new long[] {6}, new long[] {1});
  }

  private static final String KEY = new PickleWriter().text("0").raw("a").toString();

  private Path write(PickleWriter content) throws IOException {
    return Files.write(folder.resolve("w.pth"), content.bytes());
  }

  @Test
  void a_part_of_a_storage_begins_at_its_offset() throws IOException {
    WeightsFile read = WeightsFile.read(write(file(part(1, 5), KEY, 6)));

    assertThat(read.format()).isEqualTo(WeightsFile.Format.PYTORCH_LEGACY);
    assertThat(read.tensors()).containsEntry("w", Tensor.ofFloats(new float[] {2, 4, 3, 5}, 2, 2));
  }

  static Stream<Arguments> damaged() {
    PickleWriter good = whole("FloatStorage", 6);
    String unknown = new PickleWriter().text("1").raw("a").toString();
    return Stream.of(
        Arguments.of("reads beyond the 4 elements of storage '0'", file(part(1, 4), KEY, 6)),
        Arguments.of(
            "names elements 2 to 2 + 5 of storage '0', which has 6", file(part(2, 5), KEY, 6)),
        Arguments.of("names elements -1 to -1 + 5", file(part(-1, 5), KEY, 6)),
        Arguments.of("names 6 elements for storage '0', and holds 5", file(good, KEY, 5)),
        Arguments.of("names 6 elements for storage '0', and holds 7", file(good, KEY, 7)),
        Arguments.of("names 6 elements for storage '0', and holds -1", file(good, KEY, -1)),
        Arguments.of("ends too early", file(whole("FloatStorage", 7), KEY, 7)),
        Arguments.of("ends too early", file(whole("DoubleStorage", 6), KEY, 6)),
        Arguments.of("holds a storage that nothing names", file(good, unknown, 6)),
        Arguments.of("holds no data for storage '0'", file(good, "", 6)),
        Arguments.of(
            "a tensor of type 'torch.ComplexFloatStorage', which is not read",
            file(whole("ComplexFloatStorage", 3), KEY, 3)));
  }

  @ParameterizedTest
  @MethodSource("damaged")
  void what_does_not_fit_its_storage_is_refused(String why, PickleWriter content)
      throws IOException {
    Path file = write(content);
    assertThatThrownBy(() -> WeightsFile.read(file))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(why);
  }
}
