package io.repfold.tensorrt;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.repfold.graph.Dim;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Shape;
import io.repfold.graph.Value;
import io.repfold.graph.WeightSource;
import io.repfold.onnx.OnnxModel;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.HostTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** Small model files, and images for them. */
final class GpuModels {
  private GpuModels() {}

  /** Two convolutions for an image {@code x} of {@code [1, 3, 32, 48]}. */
  static Path fixed(Path folder) {
    return write(folder.resolve("fixed.onnx"), graph());
  }

  /** The same for images of any number and size. */
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

  /** Two nodes of operators that there are none of. */
  static Path unsupported(Path folder) throws IOException {
    GraphProto.Builder graph = GraphProto.newBuilder().setName("g");
    graph.addInput(value("x")).addOutput(value("y"));
    graph.addNode(
        NodeProto.newBuilder().setName("/head/foo").setOpType("Foo").addInput("x").addOutput("z"));
    graph.addNode(
        NodeProto.newBuilder().setName("/head/bar").setOpType("Bar").addInput("z").addOutput("y"));
    ModelProto model =
        ModelProto.newBuilder()
            .setIrVersion(8)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
            .setGraph(graph)
            .build();
    return Files.write(folder.resolve("unsupported.onnx"), model.toByteArray());
  }

  private static ValueInfoProto value(String name) {
    TensorShapeProto shape =
        TensorShapeProto.newBuilder()
            .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(4))
            .build();
    TypeProto.Tensor tensor =
        TypeProto.Tensor.newBuilder()
            .setElemType(TensorProto.DataType.FLOAT_VALUE)
            .setShape(shape)
            .build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  static HostTensor image(long seed, long... shape) {
    SplittableRandom random = new SplittableRandom(seed);
    int size = 1;
    for (long dimension : shape) {
      size = Math.multiplyExact(size, Math.toIntExact(dimension));
    }
    double[] values = new double[size];
    for (int i = 0; i < size; i++) {
      values[i] = random.nextDouble(-2, 2);
    }
    return HostTensor.of(ElementType.FLOAT, values, shape);
  }

  private static Graph graph() {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(7));
    String x = b.input("x", 1, 3, 32, 48);
    String stem = b.relu(b.convBn(x, 16, Kernel.of(3), 1));
    String middle = b.relu(b.convBn(stem, 16, Kernel.of(3), 1));
    b.output(b.named("scores").conv(middle, 5, Kernel.of(1), 1));
    return b.build();
  }

  private static Path write(Path file, Graph graph) {
    OnnxModel.of(graph).write(file);
    return file;
  }
}
