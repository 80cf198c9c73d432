package io.repfold.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.blocks.RepBlocks;
import io.repfold.blocks.RepKind;
import io.repfold.blocks.RepSpec;
import io.repfold.graph.ElementType;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Op;
import io.repfold.graph.WeightSource;
import io.repfold.kit.Images;
import io.repfold.numpy.Npy;
import io.repfold.onnx.OnnxModel;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NarrowModelTest {
  @TempDir private Path folder;

  private String sample(int seed) throws IOException {
    float[] pixels = Images.pixels(seed, 1, 1, 3, 16, 12);
    Path file = folder.resolve(seed + ".npy");
    Npy.write(file, HostTensor.ofFloats(pixels, 1, 3, 16, 12));
    return file.toString();
  }

  private static float[] scores(Path model, Path sample) throws IOException {
    try (Engine engine = Backends.onnxRuntimeCpu().load(model, EngineOptions.defaults())) {
      return engine.run(Map.of("image", Npy.read(sample))).values().iterator().next().toFloats();
    }
  }

  @Test
  void it_writes_a_model_in_integers_and_one_in_half() throws Exception {
    GraphBuilder b = new GraphBuilder("sample", WeightSource.random(11));
    String x = b.input("image", 1, 3, 16, 12);
    x = b.relu(RepBlocks.append(b.scope("block"), x, RepSpec.of(RepKind.ACB, 8, Kernel.of(3))));
    b.output(b.named("scores").conv(x, 4, Kernel.of(1), 1));
    Path model = folder.resolve("model.onnx");
    OnnxModel.of(b.build()).write(model);
    Path int8 = folder.resolve("int8.onnx");
    Path half = folder.resolve("half.onnx");

    String[] arguments = {
      model.toString(), int8.toString(), half.toString(), sample(1), sample(2), sample(3)
    };
    String output = Printed.by(() -> NarrowModel.main(arguments));

    assertThat(output).startsWith("int8: ").contains(" of decisions stay the same");
    assertThat(OnnxModel.read(int8).graph().nodes())
        .anyMatch(node -> node.op() instanceof Op.QuantizeLinear);
    assertThat(OnnxModel.read(half).graph().initializers().values())
        .anyMatch(tensor -> tensor.type() == ElementType.FLOAT16);
    float[] wanted = scores(model, folder.resolve("1.npy"));
    for (Path narrow : new Path[] {int8, half}) {
      float[] found = scores(narrow, folder.resolve("1.npy"));
      double signal = 0;
      double error = 0;
      for (int i = 0; i < wanted.length; i++) {
        signal += wanted[i] * wanted[i];
        error += Math.pow(found[i] - wanted[i], 2);
      }
      assertThat(10 * Math.log10(signal / error)).as("dB of %s", narrow).isGreaterThan(25);
    }
  }
}
