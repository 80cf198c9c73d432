package io.repfold.train;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.Dim;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Interpreter;
import io.repfold.graph.Kernel;
import io.repfold.graph.NdArray;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.WeightSource;
import io.repfold.graph.Window;
import io.repfold.kit.Tensors;
import io.repfold.nets.Network;
import io.repfold.nets.NetworkMetadata;
import io.repfold.nets.Networks;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which layers make the class scores, and what becomes of what stands behind them. */
class NewHeadTest {
  private static final Path FILE = Path.of("theirs.onnx");
  private static final int BEFORE = 3;
  private static final int SEED = 9;
  private static final Op ADD = new Op.Binary(Op.Binary.Function.ADD);

  /** Features of a network, before its head. */
  private static String features(GraphBuilder b) {
    String x = b.input("x", 2, 3, 6, 8);
    return b.relu(b.scope("body").convBn(x, 4, Kernel.of(3), 1));
  }

  private static String classifier(GraphBuilder b, String x, int channels) {
    return b.named("classifier").biasedConv(x, channels, Kernel.of(1), 1);
  }

  /** Heads of networks for any number of classes. */
  private enum Head {
    CONVOLUTION("classifier.weight", "classifier.bias") {
      @Override
      String scores(GraphBuilder b, String x, int classes) {
        return b.resize(b.dropout(classifier(b, x, classes), 0.1), "linear", "half_pixel", 2, 2);
      }
    },
    NORMALIZED(
        "classifier.weight",
        "classifier.bias",
        "norm.weight",
        "norm.bias",
        "norm.running_mean",
        "norm.running_var") {
      @Override
      String scores(GraphBuilder b, String x, int classes) {
        return b.named("norm").batchNorm(classifier(b, x, classes));
      }
    },
    TWO_BRANCHES("classifier.weight", "classifier.bias", "fine.weight") {
      @Override
      String scores(GraphBuilder b, String x, int classes) {
        String fine = b.named("fine").conv(x, classes, Kernel.of(3), 1);
        return b.add(
            List.of(b.resizeLike(classifier(b, x, classes), x, "linear", "half_pixel"), fine));
      }
    },
    PIXELS_IN_CHANNELS("classifier.weight", "classifier.bias") {
      @Override
      String scores(GraphBuilder b, String x, int classes) {
        Op depth = new Op.DepthToSpace(2, true);
        return b.op("up", depth, List.of(classifier(b, x, 4 * classes)), classes);
      }
    },
    PIXELS_IN_SHAPES("classifier.weight", "classifier.bias") {
      @Override
      String scores(GraphBuilder b, String x, int classes) {
        String parts = classifier(b, x, 4 * classes);
        parts = reshaped(b, parts, 2, classes, 2, 2, 6, 8);
        Op transpose = new Op.Transpose(List.of(0, 1, 4, 2, 5, 3));
        String moved = b.op("moved", transpose, List.of(parts), classes);
        return reshaped(b, moved, 2, classes, 12, 16);
      }
    },
    FROZEN_UPSAMPLING("classifier.weight", "classifier.bias") {
      @Override
      String scores(GraphBuilder b, String x, int classes) {
        double[] kernels = new double[classes * classes * 16];
        for (int c = 0; c < classes; c++) {
          for (int tap = 0; tap < 16; tap++) {
            kernels[(c * classes + c) * 16 + tap] = 0.1 + tap;
          }
        }
        Tensor up = Tensor.ofDoubles(ElementType.FLOAT, kernels, classes, classes, 4, 4);
        return deconvolved(b, classifier(b, x, classes), up, 1, classes);
      }
    },
    DEPTHWISE_UPSAMPLING("classifier.weight", "classifier.bias") {
      @Override
      String scores(GraphBuilder b, String x, int classes) {
        double[] kernels = new double[classes * 16];
        Arrays.setAll(kernels, i -> 0.1 + i % 16);
        Tensor up = Tensor.ofDoubles(ElementType.FLOAT, kernels, classes, 1, 4, 4);
        return deconvolved(b, classifier(b, x, classes), up, classes, classes);
      }
    },
    FIXED_SIZES("classifier.weight", "classifier.bias") {
      @Override
      String scores(GraphBuilder b, String x, int classes) {
        String sizes = b.initializer("sizes", Tensors.longs(2, classes, 12, 16));
        Op resize =
            new Op.Resize(
                "linear",
                "half_pixel",
                "round_prefer_floor",
                -0.75f,
                false,
                0,
                false,
                List.of(),
                "stretch",
                false);
        return b.op("up", resize, List.of(classifier(b, x, classes), "", "", sizes), classes);
      }
    },
    CHANNELS_LAST("matrix", "shift") {
      @Override
      String scores(GraphBuilder b, String x, int classes) {
        String rows = b.op("rows", new Op.Transpose(List.of(0, 2, 3, 1)), List.of(x), 0);
        String matrix = b.named("matrix").parameter("matrix", WeightSource.Role.LINEAR, 4, classes);
        String product = b.op("product", new Op.MatMul(), List.of(rows, matrix), 0);
        String shift = b.named("shift").parameter("shift", WeightSource.Role.BIAS, classes);
        String sum = b.op("sum", ADD, List.of(product, shift), 0);
        return b.op("scores", new Op.Transpose(List.of(0, 3, 1, 2)), List.of(sum), classes);
      }
    },
    IMAGES("fc.weight", "fc.bias") {
      @Override
      String scores(GraphBuilder b, String x, int classes) {
        return b.named("fc").linear(b.flatten(b.globalAveragePool(x)), classes);
      }
    },
    POOLED_LAST("classifier.weight", "classifier.bias") {
      @Override
      String scores(GraphBuilder b, String x, int classes) {
        String pooled = b.globalAveragePool(classifier(b, x, classes));
        return b.op("flat", new Op.Flatten(1), List.of(pooled), classes);
      }
    },
    TEMPERED("classifier.weight", "classifier.bias") {
      @Override
      String scores(GraphBuilder b, String x, int classes) {
        String factor = b.initializer("factor", Tensors.filled(0.5, classes, 1, 1));
        Op product = new Op.Binary(Op.Binary.Function.MUL);
        String scaled =
            b.op("scaled", product, List.of(classifier(b, x, classes), factor), classes);
        Op mean = new Op.Reduce(Op.Reduce.Function.MEAN, Optional.of(List.of(1)), true, false);
        String center = b.op("center", mean, List.of(scaled), 1);
        Op less = new Op.Binary(Op.Binary.Function.SUB);
        return b.op("centered", less, List.of(scaled, center), classes);
      }
    };

    private final String names;

    Head(String... names) {
      this.names = String.join(" ", names);
    }

    Set<String> anew() {
      return Set.of(names.split(" "));
    }

    abstract String scores(GraphBuilder b, String x, int classes);

    Graph network(int classes, WeightSource weights) {
      GraphBuilder b = new GraphBuilder("theirs", weights);
      b.output(scores(b, features(b), classes));
      return b.build();
    }
  }

  private static String reshaped(GraphBuilder b, String x, long... dims) {
    String shape = b.constant(Tensors.longs(dims));
    return b.op("shaped", new Op.Reshape(false), List.of(x, shape), (int) dims[1]);
  }

  private static String deconvolved(GraphBuilder b, String x, Tensor up, int groups, int classes) {
    Window window = Window.of(List.of(2, 2), List.of(1, 1), List.of(1, 1, 1, 1));
    Op op = new Op.ConvTranspose(window, groups, List.of(), List.of());
    return b.op("up", op, List.of(x, b.initializer("up.weight", up)), classes);
  }

  private static NewHead anew(Graph graph, int after) {
    return NewHead.of(FILE, graph, NetworkMetadata.of("theirs", BEFORE), after, SEED);
  }

  private static double[] scores(Graph graph) {
    Map<String, NdArray> images = new HashMap<>();
    for (Value input : graph.requiredInputs()) {
      long[] dims = input.shape().orElseThrow().sizes().orElseThrow();
      images.put(input.name(), NdArray.of(Tensors.random(new SplittableRandom(4), 1, dims)));
    }
    String output = graph.outputs().get(0).name();
    return requireNonNull(new Interpreter(graph).run(images).get(output)).data();
  }

  /** The oracle builds the network for the new classes, the head from the new weights. */
  @ParameterizedTest
  @EnumSource(Head.class)
  void a_head_is_what_it_would_be_for_other_classes(Head head) {
    WeightSource trained = WeightSource.random(1);
    for (int after : List.of(5, 2, BEFORE)) {
      NewHead found = anew(head.network(BEFORE, trained), after);

      assertThat(new HashSet<>(found.anew())).isEqualTo(head.anew());
      Graph wanted =
          head.network(
              after,
              (name, role, dims) ->
                  drawn(
                      head.anew().contains(name) ? WeightSource.he(SEED) : trained,
                      name,
                      role,
                      dims));
      assertThat(scores(found.graph())).isEqualTo(scores(wanted));
      assertThat(found.graph().outputs().get(0).shape()).contains(shape(wanted));
    }
  }

  /** Matrices {@code [features, classes]} are drawn the other way round. */
  private static double[] drawn(
      WeightSource source, String name, WeightSource.Role role, long... dims) {
    if (!name.equals("matrix")) {
      return source.values(name, role, dims);
    }
    Tensor rows = source.tensor(name, role, ElementType.FLOAT, dims[1], dims[0]);
    return ClassKernels.swapped(rows).toDoubles();
  }

  private static Shape shape(Graph graph) {
    return requireNonNull(ShapeInference.infer(graph).get(graph.outputs().get(0).name()))
        .shape()
        .orElseThrow();
  }

  /** With its type's own first weights, and the auxiliary head as well. */
  @ParameterizedTest
  @ValueSource(strings = {"RepLite", "PSPNet", "RepPSP"})
  void a_network_of_ours_gets_the_head_that_it_would_begin_with(String type) {
    Map<String, Object> args =
        type.equals("RepLite")
            ? Map.of("width", 4)
            : Map.of("base_channels", 4, "backbone", "resnet18");
    WeightSource first = Networks.initialWeights(type, SEED);
    WeightSource trained = WeightSource.random(1);
    Network old = Networks.build(type, args, BEFORE, trained);

    NewHead found = NewHead.of(FILE, old.graph(), old.traits(), 5, SEED);

    Graph wanted =
        Networks.build(
                type,
                args,
                5,
                (name, role, dims) ->
                    (found.anew().contains(name) ? first : trained).values(name, role, dims))
            .graph();
    assertThat(found.graph().initializers()).isEqualTo(wanted.initializers());
    assertThat(found.graph()).isEqualTo(wanted);
    assertThat(found.anew()).noneMatch(old.traits()::isBackbone);
    assertThat(found.notes())
        .singleElement()
        .asString()
        .startsWith("Starts anew, for 5 classes in place of 3: ")
        .contains(type.equals("RepLite") ? "head.wide.weight [5, 8, 1, 1]" : "auxiliary_head");
  }

  @Test
  void what_is_remade_is_told() {
    assertThat(anew(Head.FROZEN_UPSAMPLING.network(BEFORE, WeightSource.random(1)), 5).notes())
        .containsExactly(
            "Starts anew, for 5 classes in place of 3: classifier.weight [5, 4, 1, 1], classifier.bias [5]",
            "Has other sizes, and computes the same for each class: ConvTranspose 'up' [5, 5, 4, 4]");
    assertThat(anew(Head.FIXED_SIZES.network(BEFORE, WeightSource.random(1)), 5).notes())
        .contains(
            "Has other sizes, and computes the same for each class: Resize 'up' [2, 5, 12, 16]");
    assertThat(anew(Head.FIXED_SIZES.network(BEFORE, WeightSource.random(1)), BEFORE).notes())
        .hasSize(1);
    assertThat(anew(Head.IMAGES.network(BEFORE, WeightSource.random(1)), BEFORE).notes())
        .containsExactly("Starts anew, for the same 3 classes: fc.weight [3, 4], fc.bias [3]");
  }

  @Test
  void what_is_remade_keeps_its_name_unless_others_read_it() {
    Graph graph = Head.FROZEN_UPSAMPLING.network(BEFORE, WeightSource.random(1));
    Graph alone = anew(graph, 5).graph();
    assertThat(alone.initializers().keySet()).isEqualTo(graph.initializers().keySet());
    assertThat(alone.nodes()).isEqualTo(graph.nodes());

    GraphBuilder b = new GraphBuilder("theirs", WeightSource.random(1));
    String x = features(b);
    String factor = b.initializer("factor", Tensors.filled(0.5, BEFORE, 1, 1));
    Op product = new Op.Binary(Op.Binary.Function.MUL);
    b.output(b.op("scaled", product, List.of(classifier(b, x, BEFORE), factor), BEFORE));
    String other = b.named("other").conv(x, BEFORE, Kernel.of(1), 1);
    b.output(b.op("aside", product, List.of(other, factor), BEFORE));
    Graph shared = anew(b.build(), 5).graph();
    assertThat(shared.initializers().get("factor").dims()).containsExactly(BEFORE, 1, 1);
    assertThat(shared.initializers().get("factor/classes").dims()).containsExactly(5, 1, 1);
    assertThat(shared.outputs().get(1).shape().orElseThrow().dim(1)).isEqualTo(Dim.of(BEFORE));
  }

  private static void refused(BiFunction<GraphBuilder, String, String> head, String because) {
    GraphBuilder b = new GraphBuilder("theirs", WeightSource.random(1));
    b.output(head.apply(b, features(b)));
    assertThatThrownBy(() -> anew(b.build(), 5))
        .isInstanceOf(RunException.class)
        .hasMessageStartingWith(
            "theirs.onnx: its head cannot start anew for 5 classes in place of 3: " + because)
        .hasMessageEndingWith(
            "; change that in the file, or take data with its classes and leave head out");
  }

  @Test
  void classes_that_are_joined_are_no_outputs_of_one_layer() {
    refused(
        (b, x) -> b.concat(List.of(b.conv(x, 1, Kernel.of(1), 1), b.conv(x, 2, Kernel.of(1), 1))),
        "Concat 'concat': it puts the scores of some classes beside those of others");
  }

  @Test
  void numbers_of_each_class_are_nobodys_to_invent() {
    refused(
        (b, x) -> {
          String factor = b.initializer("prior", Tensor.ofFloats(new float[] {1, 2, 3}, 3, 1, 1));
          Op product = new Op.Binary(Op.Binary.Function.MUL);
          return b.op("weighed", product, List.of(classifier(b, x, 3), factor), 3);
        },
        "Mul 'weighed': 'prior' has numbers for each class, and they differ");
  }

  @Test
  void a_layer_that_reads_the_scores_again_no_longer_fits() {
    refused(
        (b, x) -> {
          String rough = classifier(b, x, 3);
          String inner = b.named("inner").conv(rough, 4, Kernel.of(3), 1);
          return b.add(List.of(rough, b.named("finer").conv(inner, 3, Kernel.of(1), 1)));
        },
        "Conv 'inner', inputs (FLOAT[2, 5, 6, 8] FLOAT[4, 3, 3, 3]): the weight");
  }

  @Test
  void a_weight_of_another_layer_stays() {
    refused(
        (b, x) -> {
          String weight = b.parameter("shared", WeightSource.Role.KERNEL, 3, 4, 1, 1);
          Op conv = new Op.Conv(Window.DEFAULT, 1);
          String gate = b.op("gate", conv, List.of(x, weight), 3);
          String spread = b.named("spread").conv(gate, 4, Kernel.of(1), 1);
          return b.op("scores", conv, List.of(spread, weight), 3);
        },
        "'shared' belongs to the head and Conv 'gate' reads it too");
  }

  @Test
  void an_op_that_mixes_classes_is_named() {
    refused(
        (b, x) -> {
          Op random = new Op.Opaque("", "Mystery", Map.of(), List.of());
          String y = b.op("mystery", random, List.of(classifier(b, x, 3)), 3);
          return reshaped(b, y, 2, 3, 6, 8);
        },
        "Reshape 'shaped': the shape of 'mystery' is not known");
    refused(
        (b, x) -> {
          Op clip = new Op.Tile();
          String repeats = b.constant(Tensors.longs(1, 1, 2, 2));
          return b.op("tiled", clip, List.of(classifier(b, x, 3), repeats), 3);
        },
        "Tile 'tiled': it is not known to keep the classes apart");
  }

  @Test
  void a_size_that_is_put_together_may_hold_the_classes() {
    refused(
        (b, x) -> {
          String batch = b.op("batch", new Op.ShapeOf(0, Optional.of(1)), List.of(x), 0);
          String rest = b.constant(Tensors.longs(3, 6, 8));
          String shape = b.op("sizes", new Op.Concat(0), List.of(batch, rest), 0);
          return b.op("shaped", new Op.Reshape(false), List.of(classifier(b, x, 3), shape), 3);
        },
        "Reshape 'shaped', inputs (FLOAT[2, 5, 6, 8] INT64[4]): cannot reshape");
  }

  @Test
  void bounds_and_functions_of_single_scores_stay() {
    GraphBuilder b = new GraphBuilder("theirs", WeightSource.random(1));
    Op clip = new Op.Clip(OptionalDouble.of(-9), OptionalDouble.of(9));
    b.output(b.op("clip", clip, List.of(classifier(b, features(b), 3)), 3));
    assertThat(anew(b.build(), 5).anew()).containsExactly("classifier.weight", "classifier.bias");
  }
}
