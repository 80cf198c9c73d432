package io.repfold.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.management.ThreadMXBean;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Files appear complete or not at all, and weights pass by the heap. */
class WritingTest {
  @TempDir Path folder;

  private static Graph graph(Op op) {
    return new Graph.Builder("g")
        .input(Value.float32("x", 2))
        .node(new Node("n", op, List.of("x"), List.of("y")))
        .output(Value.float32("y", 2))
        .build();
  }

  private static final OnnxModel VALID = OnnxModel.of(graph(new Op.LeakyRelu(0.1f)));
  private static final OnnxModel UNWRITABLE =
      OnnxModel.of(graph(new Op.Clip(OptionalDouble.of(0), OptionalDouble.empty())));

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void a_graph_that_cannot_be_said_leaves_the_old_file() throws IOException {
    Path file = folder.resolve("m.onnx");
    VALID.write(file);
    byte[] before = Files.readAllBytes(file);
    assertThatExceptionOfType(OnnxFormatException.class)
        .isThrownBy(() -> UNWRITABLE.write(file))
        .withMessageContainingAll("m.onnx", "Clip 'n'", "opset 17", "bounds are an input");
    assertThat(files()).containsExactly("m.onnx");
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @Test
  void a_disk_that_fails_leaves_the_old_file() throws IOException {
    Path file = folder.resolve("m.onnx");
    VALID.write(file);
    byte[] before = Files.readAllBytes(file);
    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    out -> {
                      out.write(new byte[10]);
                      throw new IOException("No space left on device");
                    }))
        .withMessageContainingAll("m.onnx", "No space left on device", "unchanged");
    assertThat(files()).containsExactly("m.onnx");
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @Test
  void targets_that_cannot_be_written_are_named() {
    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(() -> VALID.write(folder.resolve("no/m.onnx")))
        .withMessageContaining("its folder does not exist");
    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(() -> VALID.write(folder))
        .withMessageContaining("is a folder");
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "it has no named pipes in folders")
  void a_pipe_is_not_replaced() throws IOException, InterruptedException {
    Path pipe = folder.resolve("pipe.onnx");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(() -> VALID.write(pipe))
        .withMessageContainingAll("pipe.onnx", "is a device, a pipe or a socket", "name a file");
    assertThat(Files.readAttributes(pipe, BasicFileAttributes.class).isOther()).isTrue();
    assertThat(files()).containsExactly("pipe.onnx");
  }

  @Test
  void a_link_stays_a_link() throws IOException {
    Path target = folder.resolve("real.onnx");
    VALID.write(target);
    Path link = Files.createSymbolicLink(folder.resolve("link.onnx"), target);
    VALID.withMetadata("k", "v").write(link);
    assertThat(link).isSymbolicLink();
    assertThat(OnnxModel.read(target).metadata()).containsEntry("k", "v");
  }

  @Test
  void a_model_can_be_written_over_the_file_that_it_maps() throws IOException {
    Path file = folder.resolve("m.onnx");
    withWeight(1 << 20).write(file);
    OnnxModel read = OnnxModel.read(file);
    byte[] before = Files.readAllBytes(file);
    read.write(file);
    read.write(file);
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    assertThat(OnnxModel.read(file).graph()).isEqualTo(read.graph());
  }

  @Test
  void weights_are_not_copied_to_the_heap() throws IOException {
    int bytes = 96 << 20;
    Path file = folder.resolve("large.onnx");
    OnnxModel model = withWeight(bytes);
    assertThat(allocated(() -> model.write(file))).isLessThan(bytes / 8);
    assertThat(Files.size(file)).isGreaterThan(bytes);
    assertThat(allocated(() -> OnnxModel.read(file))).isLessThan(bytes / 8);
    OnnxModel read = OnnxModel.read(file);
    assertThat(allocated(() -> read.write(folder.resolve("again.onnx")))).isLessThan(bytes / 8);
    assertThat(
            allocated(
                () ->
                    read.write(
                        folder.resolve("external.onnx"),
                        new WriteOptions(WriteOptions.ExternalData.ALWAYS))))
        .isLessThan(bytes / 8);
  }

  private static long allocated(Runnable work) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    work.run();
    return threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
  }

  /** The weight lies in a file of holes. */
  private OnnxModel withWeight(int bytes) throws IOException {
    Path holes = folder.resolve("holes");
    try (RandomAccessFile file = new RandomAccessFile(holes.toFile(), "rw")) {
      file.setLength(bytes);
      var mapped = file.getChannel().map(FileChannel.MapMode.READ_ONLY, 0, bytes);
      Graph graph = graph(new Op.LeakyRelu(0.1f));
      Tensor weight = Tensor.of(ElementType.FLOAT, mapped, bytes / 4);
      return OnnxModel.of(graph.toBuilder().initializer("w", weight).build());
    }
  }
}
