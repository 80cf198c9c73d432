package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.WeightSource;
import io.repfold.graph.Window;
import io.repfold.kit.Weights;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransposedConvolutionsTest {
  private final GraphBuilder b =
      new GraphBuilder("net", WeightSource.random(1), ElementType.DOUBLE).withEpsilon(0.05f);
  private final String x = b.input("x", 2, 4, 5, 3);

  private String transposed(String value, int out, int groups, boolean biased) {
    Window window = Window.of(List.of(2, 3), List.of(1, 2), List.of(1, 0, 0, 2));
    List<String> inputs = new ArrayList<>(List.of(value));
    inputs.add(b.parameter("up.weight", WeightSource.Role.KERNEL, 4, out / groups, 3, 2));
    if (biased) {
      inputs.add(b.parameter("up.bias", WeightSource.Role.BIAS, out));
    }
    return b.op("up", new Op.ConvTranspose(window, groups, List.of(), List.of()), inputs, out);
  }

  private String binary(Op.Binary.Function function, String value, String word) {
    String constant = b.parameter(word, WeightSource.Role.BETA, b.channels(value), 1, 1);
    return b.op(word + "_of", new Op.Binary(function), List.of(value, constant), b.channels(value));
  }

  @ParameterizedTest
  @CsvSource({
    "6, 1, false",
    "6, 1, true",
    "6, 2, false",
    "8, 2, true",
    "4, 4, true",
    "12, 4, false"
  })
  void a_norm_behind_it_folds(int out, int groups, boolean biased) {
    b.output(b.batchNorm(transposed(x, out, groups, biased)));
    Verified.fold(b).becomes("ConvTranspose");
  }

  @ParameterizedTest
  @CsvSource({"1", "2"})
  void a_chain_behind_it_folds(int groups) {
    String scaled =
        binary(Op.Binary.Function.MUL, b.batchNorm(transposed(x, 6, groups, true)), "c");
    b.output(b.batchNorm(binary(Op.Binary.Function.SUB, scaled, "d")));
    Verified verified = Verified.fold(b).becomes("ConvTranspose");
    assertThat(verified.report().folded()).hasSize(1);
    assertThat(verified.report().folded().get(0).held()).hasSize(5);
  }

  @Test
  void a_value_that_is_also_an_output_ends_the_chain() {
    String norm = b.batchNorm(transposed(x, 6, 1, false));
    b.output(norm);
    b.output(binary(Op.Binary.Function.MUL, norm, "c"));
    Verified.fold(b).becomes("ConvTranspose", "Mul");
  }

  @Test
  void a_value_that_others_read_stays() {
    String up = transposed(x, 6, 1, false);
    b.output(b.relu(up));
    b.output(b.batchNorm(up));
    Verified.fold(b).becomes("ConvTranspose", "Relu", "BatchNormalization");
  }

  @Test
  void a_kernel_behind_it_stays() {
    b.output(b.convBn(transposed(x, 6, 1, false), 4, Kernel.of(1), 1));
    Verified.fold(b).becomes("ConvTranspose", "Conv");
  }

  @ParameterizedTest
  @CsvSource({"10, true", "1000, false"})
  void a_weight_that_the_element_type_cannot_hold_stays(double gamma, boolean folds) {
    GraphBuilder small = new GraphBuilder("net", WeightSource.random(1), ElementType.FLOAT16);
    String image = small.input("x", 1, 2, 3, 3);
    String weight = small.parameter("up.weight", WeightSource.Role.KERNEL, 2, 2, 2, 2);
    Op up = new Op.ConvTranspose(Window.DEFAULT, 1, List.of(), List.of());
    small.output(small.batchNorm(small.op("up", up, List.of(image, weight), 2)));
    Graph graph = Weights.filled(small.build(), "up.weight", 1000);
    graph = Weights.filled(Weights.filled(graph, "bn.weight", gamma), "bn.running_var", 1);
    Verified verified = Verified.fold(graph, FoldOptions.DEFAULT, 1e-2);
    assertThat(verified.types()).hasSize(folds ? 1 : 2);
    if (!folds) {
      verified.saysWhy("too large for FLOAT16");
    }
  }

  @Test
  void names_that_are_taken_are_left_alone() {
    b.output(b.named("y").batchNorm(transposed(x, 6, 1, false)));
    Graph graph = b.build();
    Graph taken =
        graph.toBuilder()
            .initializer(
                "y/transposed/weight", Tensor.ofDoubles(ElementType.DOUBLE, new double[1], 1))
            .node(new Op.Identity(), List.of("y/transposed/weight"), "y/transposed/bias")
            .output(Value.of("y/transposed/bias", ElementType.DOUBLE, Shape.of(1)))
            .build();
    Verified.fold(taken).becomes("ConvTranspose", "Identity");
  }
}
