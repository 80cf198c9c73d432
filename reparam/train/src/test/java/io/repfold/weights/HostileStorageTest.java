package io.repfold.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Archives and tensors that claim what is not there are refused. */
class HostileStorageTest {
  private static final long HUGE = 1L << 40;

  @TempDir Path folder;

  private static PickleWriter pickle() {
    return PickleWriter.protocol2().raw("}").text("w");
  }

  private static byte[] tensor(long count, long offset, long[] dims, long[] strides) {
    return pickle().tensor(count, offset, dims, strides).raw("s").stop();
  }

  private static byte[] good() {
    return tensor(6, 1, new long[] {2, 2}, new long[] {1, 3});
  }

  private static long[] of(long... values) {
    return values;
  }

  private Path write(byte[] content) throws IOException {
    return Files.write(folder.resolve("w.pth"), content);
  }

  private void refused(byte[] content, String why) throws IOException {
    Path file = write(content);
    assertThatThrownBy(() -> WeightsFile.read(file))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(why);
  }

  @Test
  void a_view_with_offset_and_strides_is_read() throws IOException {
    Path file = write(ZipWriter.of(good()).bytes());
    assertThat(WeightsFile.read(file).tensors())
        .containsEntry("w", Tensor.ofFloats(new float[] {1, 4, 2, 5}, 2, 2));
  }

  static Stream<Arguments> tensors() {
    return Stream.of(
        Arguments.of("reads beyond the 6 elements", tensor(6, 0, of(7), of(1))),
        Arguments.of("reads beyond the 6 elements", tensor(6, 1, of(6), of(1))),
        Arguments.of("reads beyond the 6 elements", tensor(6, 6, of(), of())),
        Arguments.of("reads beyond the 6 elements", tensor(6, 0, of(2, 2), of(3, 3))),
        Arguments.of("reads beyond the 6 elements", tensor(6, 0, of(2), of(HUGE))),
        Arguments.of("reads beyond the 6 elements", tensor(6, Long.MAX_VALUE, of(2), of(1))),
        Arguments.of("reads beyond the 6 elements", tensor(6, 0, of(3), of(Long.MAX_VALUE))),
        Arguments.of("begins at element -1", tensor(6, -1, of(1), of(1))),
        Arguments.of("negative stride -1", tensor(6, 5, of(6), of(-1))),
        Arguments.of("negative dimension -2", tensor(6, 0, of(-2), of(1))),
        Arguments.of("negative dimension -1", tensor(6, 0, of(-1, -6), of(6, 1))),
        Arguments.of("negative dimension -1", tensor(6, 0, of(-1, 0), of(1, 1))),
        Arguments.of("takes more than 2 GiB", tensor(6, 0, of(HUGE, HUGE), of(0, 0))),
        Arguments.of("takes more than 2 GiB", tensor(6, 0, of(1L << 32, 1L << 32), of(0, 0))),
        Arguments.of("repeats its data to more than 64 MiB", tensor(6, 0, of(1 << 28), of(0))),
        Arguments.of("2 dimensions and 1 strides", tensor(6, 0, of(2, 2), of(1))),
        Arguments.of("names 28 bytes for storage '0', and holds 24", tensor(7, 0, of(1), of(1))),
        Arguments.of("names 20 bytes for storage '0', and holds 24", tensor(5, 0, of(1), of(1))),
        Arguments.of("names a storage '0' of -1 elements", tensor(-1, 0, of(1), of(1))),
        Arguments.of("up to 2 GiB are read", tensor(HUGE, 0, of(1), of(1))));
  }

  @ParameterizedTest
  @MethodSource("tensors")
  void a_tensor_outside_its_storage_is_refused(String why, byte[] pickle) throws IOException {
    refused(ZipWriter.of(pickle).bytes(), why);
  }

  static Stream<Arguments> archives() {
    byte[] four = {1, 2, 3, 4};
    return Stream.of(
        Arguments.of(
            "two entries 'a/data/0'",
            ZipWriter.of(good()).stored("a/data/1", four).renamed("a/data/1", "a/data/0")),
        Arguments.of(
            "entry '../../data.pkl'", new ZipWriter().stored("../../data.pkl", good()).bytes()),
        Arguments.of("entry '/data.pkl'", new ZipWriter().stored("/data.pkl", good()).bytes()),
        Arguments.of(
            "compressed entry 'a/data.pkl'",
            new ZipWriter().compressed("a/data.pkl", good()).bytes()),
        Arguments.of(
            "compressed entry 'a/data/0'",
            new ZipWriter()
                .stored("a/data.pkl", good())
                .compressed("a/data/0", new byte[100_000_000])
                .bytes()),
        Arguments.of("no entry 'a/data/0'", new ZipWriter().stored("a/data.pkl", good()).bytes()),
        Arguments.of("without 'data.pkl'", new ZipWriter().stored("x.txt", four).bytes()),
        Arguments.of("several pickles", ZipWriter.of(good()).stored("b/data.pkl", good()).bytes()),
        Arguments.of(
            "is a TorchScript program", ZipWriter.of(good()).stored("a/code/x.py", four).bytes()),
        Arguments.of(
            "the byte order 'middle'",
            ZipWriter.of(good())
                .stored("a/byteorder", "middle".getBytes(StandardCharsets.US_ASCII))
                .bytes()));
  }

  @ParameterizedTest
  @MethodSource("archives")
  void an_archive_that_pytorch_does_not_write_is_refused(String why, byte[] archive)
      throws IOException {
    refused(archive, why);
  }

  /** The directory claims for the storage most of the file, so that it holds the pickle too. */
  @Test
  void entries_that_overlap_are_refused() throws IOException {
    byte[] archive = ZipWriter.of(good()).bytes();
    String text = new String(archive, StandardCharsets.ISO_8859_1);
    int directory = text.indexOf("PK\u0001\u0002", text.indexOf("PK\u0001\u0002") + 1);
    ByteBuffer sizes = ByteBuffer.wrap(archive).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(sizes.getInt(directory + 20)).isEqualTo(24);
    sizes.putInt(directory + 20, archive.length - 40).putInt(directory + 24, archive.length - 40);
    refused(archive, "they overlap");
  }

  @Test
  void a_changed_weight_does_not_pass() throws IOException {
    byte[] archive = ZipWriter.of(good()).bytes();
    String text = new String(archive, StandardCharsets.ISO_8859_1);
    archive[text.indexOf("\0\0@@")]++;
    refused(archive, "has an entry 'a/data/0' whose checksum is");
  }
}
