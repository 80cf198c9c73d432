package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.WeightSource;
import io.repfold.onnx.OnnxModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code repfold fold --opset}: ops that are written out become one, verified in ONNX Runtime. */
class FoldOpsetTest {
  private static final Op ADD = new Op.Binary(Op.Binary.Function.ADD);
  private static final Op MUL = new Op.Binary(Op.Binary.Function.MUL);

  @TempDir private Path folder;

  private final GraphBuilder b = new GraphBuilder("net", WeightSource.random(1));

  private String op(Op op, String... inputs) {
    return b.op("op", op, List.of(inputs), 4);
  }

  private String number(double value, long... dims) {
    double[] values = new double[(int) Tensor.count(dims)];
    Arrays.fill(values, value);
    return b.constant(Tensor.ofDoubles(ElementType.FLOAT, values, dims));
  }

  /** LayerNormalization, GELU with erf, a softplus gate, a sum over an axis: all written out. */
  private Path model() {
    String x = b.input("x", 1, 5, 8);
    Op mean = new Op.Reduce(Op.Reduce.Function.MEAN, Optional.of(List.of(-1)), true, false);
    String centered = op(new Op.Binary(Op.Binary.Function.SUB), x, op(mean, x));
    String square = op(new Op.Binary(Op.Binary.Function.POW), centered, number(2));
    String variance = op(ADD, op(mean, square), number(1e-5));
    String root = b.unary(Op.Unary.Function.SQRT, variance);
    String normal = op(new Op.Binary(Op.Binary.Function.DIV), centered, root);
    String norm = op(ADD, op(MUL, normal, number(1.5, 8)), number(0.25, 8));
    String erf = b.unary(Op.Unary.Function.ERF, op(MUL, norm, number(Math.sqrt(0.5))));
    String gelu = op(MUL, op(MUL, norm, op(ADD, erf, number(1))), number(0.5));
    String gate = b.unary(Op.Unary.Function.TANH, b.unary(Op.Unary.Function.SOFTPLUS, gelu));
    Op most = new Op.Reduce(Op.Reduce.Function.MAX, Optional.of(List.of(1)), false, false);
    b.output(op(most, op(MUL, gelu, gate)));
    return Models.write(folder.resolve("written-out.onnx"), b.build());
  }

  @ParameterizedTest
  @CsvSource({
    "17, 1 LayerNormalization",
    "18, '1 LayerNormalization, 1 Mish'",
    "20, '1 Gelu, 1 LayerNormalization, 1 Mish'",
    "22, '1 Gelu, 1 LayerNormalization, 1 Mish'"
  })
  void what_the_opset_has_is_written_as_one_op(int opset, String written) {
    Path folded = folder.resolve("folded.onnx");

    CliRun run = CliRun.of("fold", model(), "-o", folded, "--opset", opset);

    assertThat(run.code()).as(run.err() + run.out()).isZero();
    assertThat(run.out()).contains("Verified", "Written as one op: " + written + "\n");
    Graph graph = OnnxModel.read(folded).graph();
    assertThat(graph.opset()).isEqualTo(opset);
    assertThat(graph.nodes().get(graph.nodes().size() - 1).input(1).isEmpty())
        .as("axes of ReduceMax are an input from opset 18 on")
        .isEqualTo(opset < 18);
  }

  @Test
  void without_it_nothing_is_raised_or_written_as_one_op() {
    Path folded = folder.resolve("folded.onnx");
    CliRun run = CliRun.of("fold", model(), "-o", folded);
    assertThat(run.code()).isZero();
    assertThat(run.out()).doesNotContain("one op");
    assertThat(OnnxModel.read(folded).graph().opset()).isEqualTo(17);
  }

  @ParameterizedTest
  @CsvSource({
    "16, expected one from 17 to 22",
    "23, expected one from 17 to 22",
    "0, expected one"
  })
  void opsets_that_are_too_low_or_not_known_are_refused(int opset, String message) {
    CliRun run = CliRun.of("fold", model(), "-o", folder.resolve("folded.onnx"), "--opset", opset);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--opset " + opset, message, "the file's being 17");
  }

  @Test
  void an_opset_lower_than_the_file_s_is_refused() {
    Path model = model();
    Path raised = folder.resolve("raised.onnx");
    assertThat(CliRun.of("fold", model, "-o", raised, "--opset", 21).code()).isZero();

    CliRun run = CliRun.of("fold", raised, "-o", raised, "--opset", 20);

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("expected one from 21 to 22, the file's being 21");
  }

  /** GridSample's modes have other names from opset 20 on. */
  @Test
  void a_node_that_would_mean_something_else_is_named_and_nothing_is_written() throws IOException {
    GraphBuilder net = new GraphBuilder("net", WeightSource.random(1));
    String x = net.input("x", 1, 2, 4, 4);
    String grid = net.input("grid", 1, 3, 3, 2);
    Op sample = new Op.Opaque("", "GridSample", Map.of(), List.of());
    net.output(net.op("sample", sample, List.of(x, grid), 2));
    Path model = Models.write(folder.resolve("sample.onnx"), net.build());

    CliRun run = CliRun.of("fold", model, "-o", folder.resolve("f.onnx"), "--opset", 20);

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("GridSample 'sample'", "opset 20", "it changed in opset 20");
    assertThat(Files.exists(folder.resolve("f.onnx"))).isFalse();
  }
}
