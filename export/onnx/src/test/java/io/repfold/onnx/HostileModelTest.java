package io.repfold.onnx;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are no valid models get an error that says where and what. */
class HostileModelTest {
  @TempDir Path folder;

  private static GraphProto.Builder graph(NodeProto... nodes) {
    GraphProto.Builder graph = GraphProto.newBuilder().addInput(value("x"));
    for (NodeProto node : nodes) {
      graph.addNode(node);
    }
    return graph;
  }

  private static ValueInfoProto value(String name) {
    return ValueInfos.write(Value.float32(name, 1));
  }

  private static void refused(GraphProto.Builder graph, String... because) {
    refused(TestModels.around(13, graph).toByteArray(), because);
  }

  private static void refused(byte[] bytes, String... because) {
    assertThatExceptionOfType(OnnxFormatException.class)
        .isThrownBy(() -> OnnxModel.read("some.onnx", bytes))
        .withMessageStartingWith("some.onnx: ")
        .withMessageContainingAll(because);
  }

  @Test
  void edges() {
    NodeProto a = TestModels.node("Relu", "a", "b");
    NodeProto b = TestModels.node("Relu", "b", "x");
    NodeProto c = TestModels.node("Relu", "b", "a");
    refused(graph(a, b), "Relu 'a_node' reads 'b' from Relu 'b_node'", "topological order");
    refused(graph(a, c), "Relu 'a_node' reads 'b' from Relu 'b_node'", "the nodes form a cycle");
    refused(graph(a), "Relu 'a_node' reads 'b', which no node, input or initializer defines");
    refused(graph(b, b), "Relu 'b_node' defines 'b', which is defined already");
    refused(graph(TestModels.node("Relu", "x", "x")), "defines 'x', which is defined already");
    refused(graph().addOutput(value("y")), "Graph output 'y' is defined by no node");
  }

  @Test
  void names() {
    var tensor = TensorWriter.write("w", Tensor.ofFloats(new float[1], 1));
    refused(graph().addInput(value("x")), "Two graph inputs are named 'x'");
    refused(graph().addInput(value("")), "input has no name");
    refused(graph().addInitializer(tensor).addInitializer(tensor), "Two initializers are named");
    refused(graph().addInitializer(tensor.toBuilder().clearName()), "initializer has no name");
    var sparse = SparseTensorProto.newBuilder().setValues(tensor);
    var unnamed = SparseTensorProto.newBuilder().setValues(tensor.toBuilder().clearName());
    refused(graph().addSparseInitializer(unnamed), "A sparse initializer has no name");
    refused(
        graph().addInitializer(tensor).addSparseInitializer(sparse),
        "Sparse initializer 'w' is defined already");
    ByteString latin1 = ByteString.copyFrom(new byte[] {(byte) 0xe9});
    refused(
        graph().addOutput(value("x").toBuilder().setNameBytes(latin1)), "A graph output", "UTF-8");
    refused(graph().addInput(value("y").toBuilder().setNameBytes(latin1)), "not UTF-8");
    NodeProto node = NodeProto.newBuilder().setOpType("Relu").addInputBytes(latin1).build();
    refused(graph(node), "Relu '?'", "not UTF-8");
  }

  @Test
  void a_body_that_reads_what_nothing_defines() {
    GraphProto body = GraphProto.newBuilder().addNode(TestModels.node("Relu", "i", "no")).build();
    AttributeProto attribute =
        AttributeProto.newBuilder().setName("body").setType(AttributeType.GRAPH).setG(body).build();
    NodeProto loop = TestModels.node("Loop", "y", "x").toBuilder().addAttribute(attribute).build();
    refused(graph(loop), "Loop 'y_node' reads 'no', which no node");
  }

  @Test
  void versions() {
    ModelProto model = TestModels.around(13, graph());
    refused(model.toBuilder().setIrVersion(14).build().toByteArray(), "IR version 14", "1 to 13");
    refused(model.toBuilder().clearIrVersion().build().toByteArray(), "no IR version");
    refused(model.toBuilder().clearGraph().build().toByteArray(), "no graph");
    refused(TestModels.around(27, graph()).toByteArray(), "opset 27", "lower opset");
    refused(TestModels.around(0, graph()).toByteArray(), "version 0");
    var far = OperatorSetIdProto.newBuilder().setDomain("d").setVersion(1L << 40);
    refused(model.toBuilder().addOpsetImport(far).build().toByteArray(), "Operator set 'd'");
  }

  @Test
  void ops_that_contradict_themselves() {
    NodeProto conv =
        NodeProto.newBuilder()
            .setOpType("Conv")
            .setName("c")
            .addInput("x")
            .addInput("x")
            .addOutput("y")
            .addAttribute(
                AttributeProto.newBuilder().setName("group").setType(AttributeType.INT).setI(-3))
            .build();
    refused(graph(conv), "Conv 'c'", "groups must be at least 1, got -3");
  }

  @Test
  void other_files() {
    refused(new byte[0], "is empty");
    refused(ascii("version https://git-lfs.github.com/spec/v1\n"), "git lfs pull");
    refused(ascii("PK\u0003\u0004..."), "zip");
    refused(ascii("<!DOCTYPE html>"), "web page");
    refused(ascii("import torch"), "is not an ONNX model");
    byte[] model = TestModels.around(13, graph()).toByteArray();
    refused(Arrays.copyOf(model, model.length - 1), "is damaged");
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void deep_nesting() {
    GraphProto body = GraphProto.getDefaultInstance();
    for (int i = 0; i < 150; i++) {
      AttributeProto attribute =
          AttributeProto.newBuilder()
              .setName("body")
              .setType(AttributeType.GRAPH)
              .setG(body)
              .build();
      body =
          GraphProto.newBuilder()
              .addNode(TestModels.node("Loop", "y").toBuilder().addAttribute(attribute))
              .build();
    }
    refused(body.toBuilder(), "nesting");
  }

  @Test
  void files_that_cannot_be_read() throws IOException {
    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(() -> OnnxModel.read(folder.resolve("none.onnx")))
        .withMessageContaining("none.onnx: there is no such file");
    assertThatExceptionOfType(OnnxFormatException.class)
        .isThrownBy(() -> OnnxModel.read(folder))
        .withMessageContaining("not a regular file");
    Path tensor = Files.write(folder.resolve("t.pb"), new byte[] {1});
    assertThatExceptionOfType(OnnxFormatException.class)
        .isThrownBy(() -> OnnxTensors.read(tensor))
        .withMessageContaining("t.pb: holds no tensor");
  }
}
