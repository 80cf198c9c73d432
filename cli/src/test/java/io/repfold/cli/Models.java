package io.repfold.cli;

import io.repfold.blocks.RepBlocks;
import io.repfold.blocks.RepKind;
import io.repfold.blocks.RepSpec;
import io.repfold.graph.Dim;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.WeightSource;
import io.repfold.onnx.OnnxModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Small model files. */
final class Models {
  /** Where a RepVGG block joins its branches. */
  static final String BLOCK = "block";

  private Models() {}

  /** A RepVGG block and a classifier, for inputs {@code x} of {@code [1, 3, 8, 10]}. */
  static Path trained(Path folder) {
    return write(folder.resolve("trained.onnx"), graph());
  }

  /** The same with one weight changed. */
  static Path wrong(Path folder) {
    Graph graph = graph();
    Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
    initializers.computeIfPresent("scores.weight", (name, weight) -> halved(weight));
    return write(
        folder.resolve("wrong.onnx"), graph.toBuilder().replaceInitializers(initializers).build());
  }

  private static Tensor halved(Tensor tensor) {
    double[] values = tensor.toDoubles();
    values[0] /= 2;
    return Tensor.ofDoubles(tensor.type(), values, tensor.dims());
  }

  /** The same for images of any size and number. */
  static Path dynamic(Path folder) {
    Graph graph = graph();
    Value input = graph.inputs().get(0);
    Shape open =
        new Shape(
            List.of(new Dim.Symbol("N"), Dim.of(3), new Dim.Symbol("H"), new Dim.Symbol("W")));
    Value changed = new Value(input.name(), input.type(), Optional.of(open));
    List<Value> outputs =
        graph.outputs().stream().map(o -> new Value(o.name(), o.type(), Optional.empty())).toList();
    return write(
        folder.resolve("dynamic.onnx"),
        graph.toBuilder()
            .replaceInputs(List.of(changed))
            .replaceOutputs(outputs)
            .replaceDeclared(Map.of())
            .build());
  }

  /** One of the models of the library of sample models, such as {@code ch_PP-OCRv3_det_infer}. */
  static Path sample(Path folder, String name) throws IOException {
    Path file = folder.resolve(name + ".onnx");
    try (InputStream stream =
        Models.class.getClassLoader().getResourceAsStream("models/" + name + ".onnx")) {
      Files.copy(Objects.requireNonNull(stream, name), file);
    }
    return file;
  }

  private static Graph graph() {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(7));
    String x = b.input("x", 1, 3, 8, 10);
    String stem = b.relu(b.convBn(x, 4, Kernel.of(3), 1));
    String block =
        RepBlocks.append(b.scope(BLOCK), stem, RepSpec.of(RepKind.REPVGG, 4, Kernel.of(3)));
    String scores = b.named("scores").conv(b.relu(block), 5, Kernel.of(1), 1);
    b.output(scores);
    return b.build();
  }

  static Path write(Path file, Graph graph) {
    OnnxModel.of(graph).write(file);
    return file;
  }
}
