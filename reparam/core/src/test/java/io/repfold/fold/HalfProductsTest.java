package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.WeightSource;
import io.repfold.kit.Layers;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Products of bfloat16 and float16: computed in double, and rounded once to the type. */
class HalfProductsTest {
  private final SplittableRandom random = new SplittableRandom(5);

  private Tensor numbers(ElementType type, long... dims) {
    return Tensor.ofDoubles(type, random.doubles(Tensor.count(dims), -1, 1).toArray(), dims);
  }

  @ParameterizedTest
  @EnumSource(names = {"BFLOAT16", "FLOAT16"})
  void a_low_rank_update_becomes_one_product(ElementType type) {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(1), type);
    String x = b.input("x", 2, 3, 4);
    Tensor full = numbers(type, 4, 5);
    Tensor down = numbers(type, 4, 2);
    Tensor up = numbers(type, 2, 5);
    Tensor scale = numbers(type, 5);
    Tensor shift = numbers(type, 5);
    String wide = op(b, new Op.MatMul(), x, b.initializer("full", full));
    String narrow = op(b, new Op.MatMul(), x, b.initializer("down", down));
    String low = op(b, new Op.MatMul(), narrow, b.initializer("up", up));
    String sum = op(b, Layers.ADD, wide, low);
    String scaled = op(b, Layers.MUL, sum, b.initializer("scale", scale));
    b.output(op(b, Layers.ADD, scaled, b.initializer("shift", shift)));

    Graph folded = Folder.fold(b.build()).graph();

    assertThat(folded.nodes().stream().map(n -> n.op().type())).containsExactly("MatMul", "Add");
    Tensor weight = folded.constant(folded.nodes().get(0).input(1)).orElseThrow();
    assertThat(weight.type()).isEqualTo(type);
    double[] exact = new double[4 * 5];
    for (int in = 0; in < 4; in++) {
      for (int out = 0; out < 5; out++) {
        double sumOf = full.doubleAt(in * 5 + out);
        for (int middle = 0; middle < 2; middle++) {
          sumOf += down.doubleAt(in * 2 + middle) * up.doubleAt(middle * 5 + out);
        }
        exact[in * 5 + out] = sumOf * scale.doubleAt(out);
      }
    }
    assertThat(weight.toDoubles()).isEqualTo(Tensor.ofDoubles(type, exact, 4, 5).toDoubles());
  }

  private static String op(GraphBuilder b, Op op, String... inputs) {
    return b.op("op", op, List.of(inputs), 5);
  }
}
