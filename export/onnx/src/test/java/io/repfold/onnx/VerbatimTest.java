package io.repfold.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorAnnotation;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TrainingInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What did not change is written back as it was read, down to fields that we do not know. */
class VerbatimTest {
  private static final UnknownFieldSet UNKNOWN =
      UnknownFieldSet.newBuilder()
          .addField(
              777,
              UnknownFieldSet.Field.newBuilder()
                  .addLengthDelimited(ByteString.copyFromUtf8("from the future"))
                  .build())
          .build();

  /** A model that uses every corner of the format. */
  static ModelProto rich() {
    GraphProto body =
        GraphProto.newBuilder()
            .setName("then")
            .addNode(TestModels.node("Add", "inner", "x", "w"))
            .addOutput(ValueInfos.write(Value.float32("inner", 2)))
            .build();
    NodeProto choice =
        TestModels.node("If", "c", "condition").toBuilder()
            .addAttribute(graph("then_branch", body))
            .addAttribute(graph("else_branch", body))
            .build();
    NodeProto relu =
        TestModels.node("Relu", "r", "x").toBuilder()
            .setDocString("why")
            .addMetadataProps(entry("trace", "line 7"))
            .setUnknownFields(UNKNOWN)
            .build();
    NodeProto call = TestModels.node("Twice", "t", "r").toBuilder().setDomain("local").build();
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .setName("g")
            .setDocString("about the graph")
            .addInput(ValueInfos.write(Value.float32("x", 2)).toBuilder().setDocString("an input"))
            .addInput(ValueInfos.write(new Value("condition", Optional.empty(), Optional.empty())))
            .addInput(ValueInfos.write(Value.float32("overridable", 2)))
            .addInitializer(tensor("w", 1, 2).toBuilder().setDocString("a weight"))
            .addInitializer(
                tensor("overridable", 3, 4).toBuilder()
                    .clearRawData()
                    .addFloatData(3)
                    .addFloatData(4))
            .addSparseInitializer(
                SparseTensorProto.newBuilder()
                    .setValues(tensor("sparse", 1, 2))
                    .setIndices(TensorWriter.write("", Tensor.ofLongs(new long[] {0, 2}, 2)))
                    .addDims(4))
            .addNode(relu)
            .addNode(choice)
            .addNode(call)
            .addNode(TestModels.node("Add", "s", "t", "sparse"))
            .addNode(TestModels.node("Sum", "y", "s", "overridable", "c"))
            .addOutput(ValueInfos.write(Value.float32("y", 2)))
            .addValueInfo(ValueInfos.write(Value.float32("r", 2)))
            .addQuantizationAnnotation(TensorAnnotation.newBuilder().setTensorName("r"))
            .setUnknownFields(UNKNOWN);
    return TestModels.around(17, graph).toBuilder()
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("local").setVersion(1))
        .setProducerName("a tool")
        .setProducerVersion("3.1")
        .setDomain("org.example")
        .setModelVersion(12)
        .setDocString("about the model")
        .addMetadataProps(entry("author", "me"))
        .addFunctions(
            FunctionProto.newBuilder()
                .setName("Twice")
                .setDomain("local")
                .addInput("a")
                .addOutput("b")
                .addNode(TestModels.node("Add", "b", "a", "a")))
        .addTrainingInfo(TrainingInfoProto.newBuilder().setAlgorithm(body))
        .setUnknownFields(UNKNOWN)
        .build();
  }

  private static TensorProto tensor(String name, float... values) {
    return TensorWriter.write(name, Tensor.ofFloats(values, values.length));
  }

  private static AttributeProto graph(String name, GraphProto body) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.GRAPH)
        .setG(body)
        .build();
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  private static ModelProto written(OnnxModel model) throws InvalidProtocolBufferException {
    return ModelProto.parseFrom(model.toBytes());
  }

  @Test
  void an_unchanged_model_is_the_same_message() throws InvalidProtocolBufferException {
    OnnxModel model = OnnxModel.read("rich", rich().toByteArray());
    assertThat(written(model)).isEqualTo(rich());
    assertThat(model.toBytes()).isEqualTo(model.toBytes());
  }

  @Test
  void so_is_a_graph_that_was_rebuilt_equal() throws InvalidProtocolBufferException {
    OnnxModel model = OnnxModel.read("rich", rich().toByteArray());
    Graph rebuilt = model.graph().toBuilder().build();
    assertThat(written(model.withGraph(rebuilt))).isEqualTo(rich());
  }

  @Test
  void bodies_read_outer_values_along_edges() {
    Graph graph = OnnxModel.read("rich", rich().toByteArray()).graph();
    Op.Opaque choice = (Op.Opaque) graph.producer("c").orElseThrow().op();
    assertThat(choice.captures()).containsExactly("x", "w");
    assertThat(graph.readers("w")).extracting(Node::output).containsExactly("c");
    assertThat(graph.constant("w")).isPresent();
    assertThat(graph.constant("overridable")).isEmpty();
    assertThat(graph.isOverridable("overridable")).isTrue();
    assertThat(graph.producer("sparse").orElseThrow().op()).isInstanceOf(Op.Opaque.class);
  }

  @Test
  void a_renamed_edge_changes_one_node_and_keeps_its_remarks()
      throws InvalidProtocolBufferException {
    OnnxModel model = OnnxModel.read("rich", rich().toByteArray());
    List<Node> nodes =
        model.graph().nodes().stream()
            .map(
                n ->
                    n.output().equals("r")
                        ? new Node("renamed", n.op(), List.of("overridable"), n.outputs())
                        : n)
            .toList();
    Graph changed = model.graph().toBuilder().replaceNodes(nodes).build();
    ModelProto expected =
        rich().toBuilder()
            .setGraph(
                rich().getGraph().toBuilder()
                    .setNode(
                        0,
                        rich().getGraph().getNode(0).toBuilder()
                            .setName("renamed")
                            .setInput(0, "overridable")
                            .setUnknownFields(UnknownFieldSet.getDefaultInstance())))
            .build();
    assertThat(written(model.withGraph(changed))).isEqualTo(expected);
  }

  @Test
  void types_of_values_that_are_gone_go_with_them() throws InvalidProtocolBufferException {
    OnnxModel model = OnnxModel.read("rich", rich().toByteArray());
    List<Node> nodes =
        model.graph().nodes().stream()
            .filter(n -> !n.output().equals("r"))
            .map(
                n ->
                    n.output().equals("t")
                        ? new Node(n.name(), n.op(), List.of("x"), n.outputs())
                        : n)
            .toList();
    GraphProto graph =
        written(model.withGraph(model.graph().toBuilder().replaceNodes(nodes).build())).getGraph();
    assertThat(graph.getValueInfoList()).isEmpty();
    assertThat(graph.getQuantizationAnnotationList()).isEmpty();
    assertThat(graph.getNode(1))
        .isEqualTo(rich().getGraph().getNode(2).toBuilder().setInput(0, "x").build());
  }

  @Test
  void metadata_is_replaced_by_key() throws InvalidProtocolBufferException {
    OnnxModel model =
        OnnxModel.read("rich", rich().toByteArray())
            .withMetadata("certificate", "42")
            .withMetadata("author", "you");
    assertThat(model.metadata()).isEqualTo(Map.of("author", "you", "certificate", "42"));
    assertThat(OnnxModel.read("again", model.toBytes()).metadata()).isEqualTo(model.metadata());
    assertThat(model.producerName()).isEqualTo("a tool");
    assertThat(model.producerVersion()).isEqualTo("3.1");
  }

  @Test
  void up_to_ir_3_constants_are_inputs_in_the_file_only() throws InvalidProtocolBufferException {
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .setName("old")
            .addInput(ValueInfos.write(Value.float32("w", 2)).toBuilder().setDocString("weight"))
            .addInput(ValueInfos.write(Value.float32("x", 2)))
            .addInitializer(tensor("w", 1, 2))
            .addNode(TestModels.node("Add", "y", "x", "w"))
            .addOutput(ValueInfos.write(Value.float32("y", 2)));
    ModelProto old = TestModels.around(7, graph).toBuilder().setIrVersion(3).build();
    OnnxModel model = OnnxModel.read("old", old.toByteArray());
    assertThat(model.graph().inputs()).extracting(Value::name).containsExactly("x");
    assertThat(model.graph().constant("w")).isPresent();
    assertThat(written(model)).isEqualTo(old);

    Graph more =
        model.graph().toBuilder()
            .initializer("v", Tensor.ofFloats(new float[] {1}))
            .node(new Op.Binary(Op.Binary.Function.ADD), List.of("y", "v"), "z")
            .build();
    assertThat(written(model.withGraph(more)).getGraph().getInputList())
        .extracting(i -> i.getName())
        .containsExactly("w", "x", "v");
  }

  @Test
  void from_ir_4_on_constants_that_are_inputs_are_no_constants_unless_asked_for() {
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .setName("listed")
            .addInput(ValueInfos.write(Value.float32("w", 2)))
            .addInput(ValueInfos.write(Value.float32("x", 2)))
            .addInitializer(tensor("w", 1, 2))
            .addNode(TestModels.node("Add", "y", "x", "w"))
            .addOutput(ValueInfos.write(Value.float32("y", 2)));
    ModelProto model = TestModels.around(17, graph);

    OnnxModel kept = OnnxModel.read("m", model.toByteArray());
    OnnxModel taken = OnnxModel.read("m", model.toByteArray(), ReadOptions.CONSTANT_WEIGHTS);

    assertThat(kept.graph().optionalInputs()).extracting(Value::name).containsExactly("w");
    assertThat(kept.graph().constant("w")).isEmpty();
    assertThat(kept.tookWeightsAsConstants()).isFalse();
    assertThat(taken.graph().optionalInputs()).isEmpty();
    assertThat(taken.graph().constant("w")).isPresent();
    assertThat(taken.tookWeightsAsConstants()).isTrue();
    OnnxModel again = OnnxModel.read("again", taken.toBytes());
    assertThat(again.graph()).isEqualTo(taken.graph());
    assertThat(again.tookWeightsAsConstants()).isFalse();
  }

  @Test
  void another_opset_does_not_take_over_the_old_forms() {
    ModelProto old = TestModels.model(11, TestModels.node("Softmax", "y", "x"));
    OnnxModel model = OnnxModel.read("old", old.toByteArray());
    Graph raised =
        model.graph().toBuilder()
            .opset("", 22)
            .replaceNodes(
                List.of(new Node("", new Op.Softmax(-1, false), List.of("x"), List.of("y"))))
            .build();
    OnnxModel again = OnnxModel.read("new", model.withGraph(raised).toBytes());
    assertThat(again.graph().nodes().get(0).op()).isEqualTo(new Op.Softmax(-1, false));
    assertThat(again.graph().opset()).isEqualTo(22);
    assertThat(again.irVersion()).isEqualTo(10);
  }

  @Test
  void extra_outputs_are_added_once() {
    OnnxModel model =
        OnnxModel.read("rich", rich().toByteArray()).withExtraOutputs(List.of("r", "y", "t", "r"));
    assertThat(model.graph().outputs()).extracting(Value::name).containsExactly("y", "r", "t");
    assertThat(OnnxModel.read("again", model.toBytes()).graph()).isEqualTo(model.graph());
  }
}
