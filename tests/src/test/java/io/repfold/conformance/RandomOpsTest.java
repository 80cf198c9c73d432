package io.repfold.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.NdArray;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.Window;
import io.repfold.kit.Tensors;
import io.repfold.kit.Values;
import io.repfold.onnx.OnnxModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Single ops with random windows on images that are often smaller than the kernel reaches, in the
 * interpreter and in ONNX Runtime.
 */
class RandomOpsTest {
  private static final int SEEDS = 150;
  private static final List<Op.Pad.Mode> PAD_MODES = List.of(Op.Pad.Mode.values());
  private static final List<Window.AutoPad> SAME_OR_VALID =
      List.of(Window.AutoPad.SAME_UPPER, Window.AutoPad.SAME_LOWER, Window.AutoPad.VALID);

  @TempDir Path folder;

  @Test
  void convolutions() throws Exception {
    check(
        (random, graph) -> {
          int groups = 1 + random.nextInt(3);
          int fanIn = 1 + random.nextInt(2);
          Tensor x = tensor(random, 2, (long) groups * fanIn, size(random), size(random));
          Tensor w = tensor(random, groups * 2L, fanIn, kernel(random), kernel(random));
          return input(graph, x)
              .initializer("w", w)
              .initializer("b", tensor(random, groups * 2L))
              .node(new Op.Conv(window(random, true, 3), groups), List.of("x", "w", "b"), "y");
        });
  }

  @Test
  void transposed_convolutions() throws Exception {
    check(
        (random, graph) -> {
          int groups = 1 + random.nextInt(2);
          Tensor x = tensor(random, 1, groups * 2L, size(random), size(random));
          // ONNX Runtime leaves out what kernels shorter than the stride do not reach.
          Tensor w = tensor(random, groups * 2L, 2, 2 + kernel(random), 2 + kernel(random));
          Window window = window(random, false, 1);
          List<Integer> extra = window.strides().stream().map(s -> random.nextInt(s)).toList();
          return input(graph, x)
              .initializer("w", w)
              .node(new Op.ConvTranspose(window, groups, extra, List.of()), List.of("x", "w"), "y");
        });
  }

  @Test
  void maximum_pooling() throws Exception {
    check(
        (random, graph) -> {
          List<Integer> kernel = List.of(kernel(random), kernel(random));
          Op op = new Op.MaxPool(kernel, poolWindow(random, kernel), random.nextBoolean(), false);
          return input(graph, image(random)).node(op, List.of("x"), "y");
        });
  }

  @Test
  void average_pooling() throws Exception {
    check(
        (random, graph) -> {
          List<Integer> kernel = List.of(kernel(random), kernel(random));
          Window window = poolWindow(random, kernel);
          Op op = new Op.AveragePool(kernel, window, random.nextBoolean(), random.nextBoolean());
          return input(graph, image(random)).node(op, List.of("x"), "y");
        });
  }

  @Test
  void resizing() throws Exception {
    String[] modes = {"nearest", "linear", "cubic"};
    String[] coordinates = {
      "half_pixel", "asymmetric", "pytorch_half_pixel", "align_corners", "half_pixel_symmetric"
    };
    String[] roundings = {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"};
    check(
        (random, graph) -> {
          String coordinate = coordinates[random.nextInt(5)];
          // In float32, half pixels miss whole coordinates by an ulp.
          boolean rounds = !coordinate.contains("half_pixel");
          Op.Resize op =
              new Op.Resize(
                  modes[random.nextInt(3)],
                  coordinate,
                  roundings[random.nextInt(rounds ? 4 : 2)],
                  -0.75f,
                  false,
                  0,
                  false,
                  List.of(),
                  "stretch",
                  false);
          long[] sizes = {1, 2, 1 + random.nextInt(9), 1 + random.nextInt(9)};
          return input(graph, tensor(random, 1, 2, size(random), size(random)))
              .initializer("sizes", Tensor.ofLongs(sizes, 4))
              .node(op, List.of("x", "", "", "sizes"), "y");
        });
  }

  @Test
  void padding() throws Exception {
    check(
        (random, graph) -> {
          Op.Pad.Mode mode = PAD_MODES.get(random.nextInt(4));
          int least = mode == Op.Pad.Mode.CONSTANT ? -1 : 0;
          long[] pads = random.longs(4, least, 3).toArray();
          return input(graph, tensor(random, 1, 2, 3, 4))
              .initializer("pads", Tensor.ofLongs(pads, 4))
              .initializer("axes", Tensor.ofLongs(new long[] {-1, 2}, 2))
              .node(
                  new Op.Pad(mode, Optional.empty(), OptionalDouble.empty()),
                  List.of("x", "pads", "", "axes"),
                  "y");
        });
  }

  private void check(BiFunction<SplittableRandom, Graph.Builder, Graph.Builder> make)
      throws IOException {
    List<String> differences = new ArrayList<>();
    int compared = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      var random = new SplittableRandom(seed);
      Graph.Builder builder = new Graph.Builder("g").opset("", 19);
      Graph graph = make.apply(random, builder).output(Values.float32("y")).build();
      Tensor x = tensor(random, graph.inputs().get(0).shape().orElseThrow().sizes().orElseThrow());
      String label = "seed %d: %s on %s".formatted(seed, graph.nodes().get(0).op(), x);
      Path model = folder.resolve("model.onnx");
      OnnxModel.of(graph).write(model);
      List<?> found;
      try {
        found = (List<?>) OrtRun.of(Files.readAllBytes(model), Map.of("x", x)).get(0);
      } catch (OrtException e) {
        continue; // ONNX Runtime does not compute everything
      }
      try {
        NdArray y = new Interpreter(graph).run(Map.of("x", NdArray.of(x))).get("y");
        Shape shape = ShapeInference.infer(graph).get("y").shape().orElseThrow();
        assertThat(shape).hasToString(Arrays.toString(y.dims()));
        assertThat((String) found.get(0)).endsWith(Arrays.toString(y.dims()));
        assertThat(difference(y, (ByteBuffer) found.get(1))).isLessThan(1e-5);
        compared++;
      } catch (InvalidGraphException | AssertionError e) {
        // Where a kernel does not fit, ONNX Runtime rounds towards one position or none.
        if (!e.getMessage().contains("give a larger input")) {
          differences.add(label + ": " + e.getMessage());
        }
      }
    }
    assertThat(differences).isEmpty();
    assertThat(compared).isGreaterThan(SEEDS / 3);
  }

  private static double difference(NdArray expected, ByteBuffer bytes) {
    var floats = bytes.order(ByteOrder.nativeOrder()).asFloatBuffer();
    double largest = 0;
    for (int i = 0; i < expected.data().length; i++) {
      // A window with dilation can lie on padding alone: the maximum or average of nothing.
      if (Double.isFinite(expected.data()[i])) {
        largest = Math.max(largest, Math.abs(expected.data()[i] - floats.get(i)));
      }
    }
    return largest;
  }

  private static Graph.Builder input(Graph.Builder graph, Tensor x) {
    return graph.input(Value.of("x", ElementType.FLOAT, Shape.of(x.dims())));
  }

  private static Tensor image(SplittableRandom random) {
    return tensor(random, 1, 2, size(random), size(random));
  }

  private static int size(SplittableRandom random) {
    return 1 + random.nextInt(7);
  }

  private static int kernel(SplittableRandom random) {
    return 1 + random.nextInt(4);
  }

  private static Window poolWindow(SplittableRandom random, List<Integer> kernel) {
    // ONNX Runtime wants pads smaller than the kernel,
    Window window = window(random, true, Math.min(kernel.get(0), kernel.get(1)));
    // and where it chooses them itself, forgets dilations and skips elements for long strides.
    return window.autoPad() == Window.AutoPad.NOTSET
        ? window
        : new Window(
            window.autoPad(),
            List.of(Math.min(kernel.get(0), 2), Math.min(kernel.get(1), 3)),
            List.of(),
            List.of());
  }

  private static Window window(SplittableRandom random, boolean dilates, int pads) {
    List<Integer> strides = List.of(1 + random.nextInt(3), 1 + random.nextInt(3));
    int most = dilates ? 2 : 1;
    List<Integer> dilations = List.of(1 + random.nextInt(most), 1 + random.nextInt(most));
    Window.AutoPad auto =
        random.nextInt(3) > 0 ? Window.AutoPad.NOTSET : SAME_OR_VALID.get(random.nextInt(3));
    List<Integer> explicit =
        auto != Window.AutoPad.NOTSET ? List.of() : random.ints(4, 0, pads).boxed().toList();
    return new Window(auto, strides, dilations, explicit);
  }

  private static Tensor tensor(SplittableRandom random, long... dims) {
    return Tensors.random(random, 1, dims);
  }
}
