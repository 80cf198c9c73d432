package io.repfold.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.sun.management.ThreadMXBean;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.Window;
import io.repfold.kit.OperatorTests;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Damaged models are read or refused, never anything else; what is read can be written, and reads
 * back.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Tag("slow")
class FuzzTest {
  private static final int FILES = 120_000;

  /** The fields graph.node, node.attribute and attribute.g, innermost first. */
  private static final int[] LOOP_FIELDS = {6, 1, 5};

  @Test
  void mutated_models_are_read_or_refused() throws IOException {
    List<byte[]> seeds = seeds();
    SplittableRandom random = new SplittableRandom(20260101);
    int read = 0;
    Cost cost = new Cost();
    for (int i = 0; i < FILES; i++) {
      byte[] model = seeds.get(i % seeds.size());
      int times = random.nextInt(4) == 0 ? 3 : 1;
      for (int t = 0; t < times; t++) {
        model = mutate(model, seeds, random);
      }
      read += cost.of(model, i) ? 1 : 0;
    }
    System.out.printf(
        "Fuzz: %d files from %d seeds, %d still models, %s%n", FILES, seeds.size(), read, cost);
    assertThat(read).as("mutants that are still models").isBetween(FILES / 20, FILES * 19 / 20);
    cost.check();
  }

  @Test
  void deep_nesting_is_read_or_refused() {
    SplittableRandom random = new SplittableRandom(20260102);
    Cost cost = new Cost();
    int read = 0;
    for (int i = 0; i < 20_000; i++) {
      read += cost.of(nested(1 + random.nextInt(1 << random.nextInt(13)), random), i) ? 1 : 0;
    }
    System.out.printf("Fuzz: 20000 nested files, %d still models, %s%n", read, cost);
    assertThat(read).isPositive();
    cost.check();
  }

  /**
   * Messages in messages: graphs, nodes, attributes, types, or whatever the fields happen to be.
   */
  private static byte[] nested(int depth, SplittableRandom random) {
    boolean loops = random.nextBoolean();
    byte[] bytes = new byte[depth * 12 + 64];
    int start = bytes.length;
    for (int level = depth; level > 0; level--) {
      byte[] length = varint(bytes.length - start);
      start -= length.length;
      System.arraycopy(length, 0, bytes, start, length.length);
      int field = loops ? LOOP_FIELDS[level % 3] : 1 + random.nextInt(15);
      bytes[--start] = (byte) (field << 3 | 2);
    }
    byte[] length = varint(bytes.length - start);
    start -= length.length;
    System.arraycopy(length, 0, bytes, start, length.length);
    byte[] head = {8, 8, 7 << 3 | 2};
    System.arraycopy(head, 0, bytes, start - head.length, head.length);
    return Arrays.copyOfRange(bytes, start - head.length, bytes.length);
  }

  /** What reading took at most, of the processor and of memory; waiting for others is no cost. */
  private static final class Cost {
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final long thread = Thread.currentThread().getId();
    private long busiest;
    private long largest;

    boolean of(byte[] model, int number) {
      long start = threads.getThreadCpuTime(thread);
      long before = threads.getThreadAllocatedBytes(thread);
      boolean read = survives(model, number);
      largest = Math.max(largest, threads.getThreadAllocatedBytes(thread) - before);
      busiest = Math.max(busiest, threads.getThreadCpuTime(thread) - start);
      return read;
    }

    /** Generous: a file has a few kilobytes. */
    void check() {
      assertThat(largest).as("bytes allocated for one file").isLessThan(32 << 20);
      assertThat(busiest).as("processor time of one file, in ns").isLessThan(10_000_000_000L);
    }

    @Override
    public String toString() {
      return "at most %d ms of the processor and %d KiB for one"
          .formatted(busiest / 1_000_000, largest / 1024);
    }
  }

  private static boolean survives(byte[] bytes, int number) {
    try {
      OnnxModel model = number % 2 == 0 ? OnnxModel.read("fuzz", bytes) : readDirect(bytes);
      byte[] written = model.toBytes();
      if (number % 8 == 0) {
        assertThat(OnnxModel.read("again", written).graph()).isEqualTo(model.graph());
        rewrite(model);
      }
      return true;
    } catch (OnnxFormatException e) {
      assertThat(e).hasMessageMatching("(?s)(fuzz|again).*");
      return false;
    } catch (RuntimeException | Error e) {
      return fail("File %d: %s".formatted(number, Arrays.toString(bytes)), e);
    }
  }

  /** As from a mapped file, for which protobuf has another decoder. */
  private static OnnxModel readDirect(byte[] bytes) {
    ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    return ModelReader.read("fuzz", direct, null, ReadOptions.DEFAULT);
  }

  /** Through the typed writer, which may find that an attribute does not fit. */
  private static void rewrite(OnnxModel model) {
    byte[] typed = OnnxModel.of(model.graph()).toBytes();
    assertThat(OnnxModel.read("again", typed).graph().nodes()).hasSameSizeAs(model.graph().nodes());
  }

  private static byte[] mutate(byte[] model, List<byte[]> seeds, SplittableRandom random) {
    byte[] result = model.clone();
    if (result.length < 4) {
      return result;
    }
    int at = random.nextInt(result.length);
    switch (random.nextInt(7)) {
      case 0 -> result[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> result[at] = (byte) random.nextInt(256);
      case 2 -> result = Arrays.copyOf(result, at);
      case 3 -> {
        byte[] other = seeds.get(random.nextInt(seeds.size()));
        int from = random.nextInt(other.length);
        int length = Math.min(random.nextInt(1, 40), other.length - from);
        result = spliced(result, at, 0, Arrays.copyOfRange(other, from, from + length));
      }
      case 4 -> {
        int length = Math.min(random.nextInt(1, 20), result.length - at);
        result = spliced(result, at, length, new byte[0]);
      }
      // Numbers and lengths of up to 64 bits, among them the extreme ones.
      case 5 -> result = spliced(result, at, 1, varint(extreme(random)));
      default -> {
        for (int i = at; i < Math.min(at + 8, result.length); i++) {
          result[i] = (byte) random.nextInt(256);
        }
      }
    }
    return result;
  }

  private static long extreme(SplittableRandom random) {
    return switch (random.nextInt(5)) {
      case 0 -> -1;
      case 1 -> Long.MAX_VALUE;
      case 2 -> Integer.MAX_VALUE;
      case 3 -> 1L << random.nextInt(64);
      default -> random.nextInt(300);
    };
  }

  private static byte[] varint(long value) {
    byte[] bytes = new byte[10];
    int length = 0;
    long rest = value;
    do {
      bytes[length++] = (byte) ((rest & 0x7f) | (rest >>> 7 == 0 ? 0 : 0x80));
      rest >>>= 7;
    } while (rest != 0);
    return Arrays.copyOf(bytes, length);
  }

  private static byte[] spliced(byte[] bytes, int at, int removed, byte[] inserted) {
    byte[] result = new byte[bytes.length - removed + inserted.length];
    System.arraycopy(bytes, 0, result, 0, at);
    System.arraycopy(inserted, 0, result, at, inserted.length);
    int rest = bytes.length - at - removed;
    System.arraycopy(bytes, at + removed, result, at + inserted.length, rest);
    return result;
  }

  /** Every typed form in an opset that has it, and the operator tests where they are installed. */
  private static List<byte[]> seeds() throws IOException {
    List<byte[]> seeds = new ArrayList<>();
    for (TypedFormsTest.Form form : TypedFormsTest.forms()) {
      seeds.add(OnnxModel.of(TypedFormsTest.graphOf(form, form.to())).toBytes());
    }
    seeds.add(withWeights());
    seeds.add(VerbatimTest.rich().toByteArray());
    try (Stream<Path> files =
        Files.find(OperatorTests.root(), 3, (p, a) -> p.endsWith("model.onnx"))) {
      for (Path file : files.sorted().toList()) {
        byte[] bytes = Files.readAllBytes(file);
        if (bytes.length < 2000) {
          seeds.add(bytes);
        }
      }
    }
    return seeds;
  }

  private static byte[] withWeights() {
    ModelProto conv =
        TestModels.model(17, NodeWriter.write(convolution(), convolution().nodes().get(0)));
    var graph = conv.getGraph().toBuilder();
    for (var tensor : convolution().initializers().entrySet()) {
      graph.addInitializer(TensorWriter.write(tensor.getKey(), tensor.getValue()));
    }
    return conv.toBuilder().setGraph(graph).build().toByteArray();
  }

  private static Graph convolution() {
    return new Graph.Builder("conv")
        .input(Value.float32("x", 1, 2, 5, 5))
        .initializer("w", Tensor.ofFloats(new float[36], 2, 2, 3, 3))
        .initializer("b", Tensor.ofDoubles(ElementType.FLOAT, new double[2], 2))
        .node(
            new Op.Conv(Window.of(List.of(1, 1), List.of(1, 1), List.of(1, 1, 1, 1)), 1),
            List.of("x", "w", "b"),
            "y")
        .build();
  }
}
