package io.repfold.tensorrt;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.WeightSource;
import io.repfold.kit.Images;
import io.repfold.kit.Shapes;
import io.repfold.onnx.OnnxModel;
import io.repfold.runtime.HostTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Small model files, and images for them. */
final class GpuModels {
  private GpuModels() {}

  /** Two convolutions for an image {@code x} of {@code [1, 3, 32, 48]}. */
  static Path fixed(Path folder) {
    return write(folder.resolve("fixed.onnx"), graph());
  }

  /** The same for images of any number and size. */
  static Path dynamic(Path folder) {
    return write(folder.resolve("dynamic.onnx"), Shapes.ofAnyImages(graph()));
  }

  /** Two nodes of operators that there are none of. */
  static Path unsupported(Path folder) throws IOException {
    GraphProto.Builder graph = GraphProto.newBuilder().setName("g");
    graph.addInput(value("x")).addOutput(value("y"));
    graph.addNode(
        NodeProto.newBuilder().setName("/head/foo").setOpType("Foo").addInput("x").addOutput("z"));
    graph.addNode(
        NodeProto.newBuilder().setName("/head/bar").setOpType("Bar").addInput("z").addOutput("y"));
    return Files.write(folder.resolve("unsupported.onnx"), model(graph).toByteArray());
  }

  /** Where four numbers are not zero, doubled: nobody knows before how many that are. */
  static Path counting(Path folder) throws IOException {
    GraphProto.Builder graph = GraphProto.newBuilder().setName("g");
    ValueInfoProto.Builder places = value("y").toBuilder();
    places
        .getTypeBuilder()
        .getTensorTypeBuilder()
        .setElemType(TensorProto.DataType.INT64_VALUE)
        .getShapeBuilder()
        .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("found"))
        .setDim(0, TensorShapeProto.Dimension.newBuilder().setDimValue(1));
    graph.addInput(value("x")).addOutput(places);
    graph.addNode(
        NodeProto.newBuilder()
            .setName("/post/where")
            .setOpType("NonZero")
            .addInput("x")
            .addOutput("z"));
    graph.addNode(
        NodeProto.newBuilder()
            .setName("/post/double")
            .setOpType("Add")
            .addInput("z")
            .addInput("z")
            .addOutput("y"));
    return Files.write(folder.resolve("counting.onnx"), model(graph).toByteArray());
  }

  private static ModelProto model(GraphProto.Builder graph) {
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
        .setGraph(graph)
        .build();
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
    return HostTensor.ofFloats(Images.pixels(seed, 2, shape), shape);
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
