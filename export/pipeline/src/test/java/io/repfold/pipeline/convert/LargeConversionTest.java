package io.repfold.pipeline.convert;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.kit.Values;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.ModelFile;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A model that is let go of while others need the memory. */
class LargeConversionTest {
  private static final int SIDE = 3000;

  @TempDir private Path folder;

  private static Tensor weight(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[SIDE * SIDE];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextDouble() - 0.5) / 16;
    }
    return Tensor.ofFloats(values, SIDE, SIDE);
  }

  private Path large() {
    Graph graph =
        new Graph.Builder("large")
            .opset("", 17)
            .input(Value.float32("x", 1, SIDE))
            .initializer("v", weight(1))
            .initializer("w", weight(2))
            .node(new Op.MatMul(), List.of("x", "v"), "h")
            .node(new Op.Unary(Op.Unary.Function.RELU), List.of("h"), "r")
            .node(new Op.MatMul(), List.of("r", "w"), "y")
            .output(Values.float32("y"))
            .build();
    Path file = folder.resolve("large.onnx");
    OnnxModel.of(graph).write(file);
    assertThat(ModelFile.read(file).isLarge()).isTrue();
    return file;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void it_is_compared_and_written_like_any_other(int random) {
    Path file = large();
    ConversionRequest request = ConversionRequest.to(Precision.FP16).withKept(List.of("h"));
    Path half = folder.resolve("half.onnx");

    ConvertOutcome outcome =
        ConvertFile.of(
                file,
                random == 0 ? request : request.withSamples(SampleRequest.NONE.withRandom(random)))
            .to(half);

    assertThat(outcome.holds()).isTrue();
    assertThat(outcome.agreement().orElse(0)).isGreaterThanOrEqualTo(0.95);
    assertThat(outcome.samples().given()).isEqualTo(random > 0);
    OnnxModel written = OnnxModel.read(half);
    assertThat(written.metadata().get(ConvertFile.KEY)).contains(ModelFile.sha256(file));
    assertThat(written.graph().initializers().get("w").type()).isEqualTo(ElementType.FLOAT16);
    assertThat(written.graph().initializers().get("v")).isEqualTo(weight(1));
  }

  @Test
  void it_may_take_the_place_of_its_source() {
    Path file = large();

    ConvertOutcome outcome = ConvertFile.of(file, ConversionRequest.to(Precision.FP16)).to(file);

    assertThat(outcome.holds()).isTrue();
    assertThat(OnnxModel.read(file).graph().initializers().values())
        .allMatch(tensor -> tensor.type() == ElementType.FLOAT16);
  }
}
