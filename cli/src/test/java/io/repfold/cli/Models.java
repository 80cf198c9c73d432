package io.repfold.cli;

import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.kit.Nets;
import io.repfold.kit.Shapes;
import io.repfold.kit.Weights;
import io.repfold.onnx.OnnxModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** Small model files. */
final class Models {
  /** Where a RepVGG block joins its branches. */
  static final String BLOCK = Nets.BLOCK;

  private Models() {}

  /** A RepVGG block and a classifier, for inputs {@code x} of {@code [1, 3, 8, 10]}. */
  static Path trained(Path folder) {
    return write(folder.resolve("trained.onnx"), graph());
  }

  /** The same as it was before its training: all four BatchNormalizations do nothing. */
  static Path untrained(Path folder) {
    return write(folder.resolve("untrained.onnx"), Nets.untrained("x", Shape.of(1, 3, 8, 10)));
  }

  /** The same with one weight changed. */
  static Path wrong(Path folder) {
    Graph wrong = Weights.changed(graph(), "scores.weight", (i, v) -> i == 0 ? v / 2 : v);
    return write(folder.resolve("wrong.onnx"), wrong);
  }

  /** The same for images of any size and number. */
  static Path dynamic(Path folder) {
    return write(folder.resolve("dynamic.onnx"), Shapes.ofAnyImages(graph()));
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

  /** The trained one, as exporters write it that list every weight as an input too. */
  static Path overridable(Path folder) {
    return write(folder.resolve("overridable.onnx"), withWeightsAsInputs(graph()));
  }

  /** The same graph with all its weights as inputs that callers may leave out. */
  static Graph withWeightsAsInputs(Graph graph) {
    Graph.Builder result = graph.toBuilder();
    graph
        .initializers()
        .forEach((name, t) -> result.input(Value.of(name, t.type(), Shape.of(t.dims()))));
    return result.build();
  }

  /** The same graph times a number that callers may override. */
  static Graph withDefault() {
    Graph graph = graph();
    String y = graph.outputs().get(0).name();
    return graph.toBuilder()
        .input(Value.float32("scale", 1))
        .initializer("scale", Tensor.ofFloats(new float[] {2}, 1))
        .node(new Op.Binary(Op.Binary.Function.MUL), List.of(y, "scale"), "scaled")
        .replaceOutputs(
            List.of(
                new Value("scaled", graph.outputs().get(0).type(), graph.outputs().get(0).shape())))
        .build();
  }

  private static Graph graph() {
    return Nets.repVgg("x", Shape.of(1, 3, 8, 10));
  }

  static Path write(Path file, Graph graph) {
    OnnxModel.of(graph).write(file);
    return file;
  }
}
