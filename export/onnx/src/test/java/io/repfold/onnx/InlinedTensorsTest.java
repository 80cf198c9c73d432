package io.repfold.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TrainingInfoProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A tensor that lies outside is found wherever a model may have one, and nothing else changes. */
class InlinedTensorsTest {
  @TempDir Path folder;

  /** Where the one external tensor is; what is beside it is as a model without it has it. */
  @SuppressWarnings("ImmutableEnumChecker") // The lambdas have no state.
  enum Place {
    INITIALIZER((model, t) -> model.getGraphBuilder().addInitializer(t)),
    SPARSE_VALUES(
        (model, t) -> model.getGraphBuilder().addSparseInitializer(sparse(t, inline("", 7, 0, 1)))),
    SPARSE_INDICES(
        (model, t) ->
            model.getGraphBuilder().addSparseInitializer(sparse(inline("s", 1, 8, 9), t))),
    ATTRIBUTE((model, t) -> attribute(model, AttributeType.TENSOR).setT(t)),
    ATTRIBUTE_LIST(
        (model, t) ->
            attribute(model, AttributeType.TENSORS).addTensors(inline("a", 1, 2)).addTensors(t)),
    SPARSE_ATTRIBUTE(
        (model, t) ->
            attribute(model, AttributeType.SPARSE_TENSOR)
                .setSparseTensor(sparse(t, inline("", 7, 0, 1)))),
    SPARSE_ATTRIBUTE_LIST(
        (model, t) ->
            attribute(model, AttributeType.SPARSE_TENSORS)
                .addSparseTensors(sparse(inline("", 1, 1, 2), inline("", 7, 0, 1)))
                .addSparseTensors(sparse(inline("", 1, 1, 2), t))),
    BODY((model, t) -> attribute(model, AttributeType.GRAPH).setG(body(t))),
    BODY_LIST(
        (model, t) ->
            attribute(model, AttributeType.GRAPHS)
                .addGraphs(body(inline("a", 1, 3)))
                .addGraphs(body(t))),
    BODY_OF_A_BODY(
        (model, t) -> {
          AttributeProto inner =
              Attributes.attribute("inner", AttributeType.GRAPH).setG(body(t)).build();
          NodeProto node = TestModels.node("Thing", "i").toBuilder().addAttribute(inner).build();
          attribute(model, AttributeType.GRAPH).setG(GraphProto.newBuilder().addNode(node));
        }),
    FUNCTION(
        (model, t) -> {
          AttributeProto value =
              Attributes.attribute("value", AttributeType.TENSOR).setT(t).build();
          model.addFunctions(
              FunctionProto.newBuilder()
                  .setName("f")
                  .setDomain("local")
                  .addNode(TestModels.node("Constant", "a"))
                  .addNode(TestModels.node("Constant", "b").toBuilder().addAttribute(value)));
        }),
    TRAINING_START(
        (model, t) ->
            model.addTrainingInfo(TrainingInfoProto.newBuilder().setInitialization(body(t)))),
    TRAINING_STEP(
        (model, t) -> model.addTrainingInfo(TrainingInfoProto.newBuilder().setAlgorithm(body(t))));

    private final BiConsumer<ModelProto.Builder, TensorProto> putter;

    Place(BiConsumer<ModelProto.Builder, TensorProto> putter) {
      this.putter = putter;
    }

    ModelProto with(TensorProto tensor) {
      ModelProto.Builder model = TestModels.around(17, GraphProto.newBuilder()).toBuilder();
      model.getGraphBuilder().addNode(TestModels.node("Thing", "before"));
      putter.accept(model, tensor);
      return model.build();
    }
  }

  /** A second attribute of a node that is not understood. */
  private static AttributeProto.Builder attribute(ModelProto.Builder model, AttributeType type) {
    NodeProto node =
        TestModels.node("Thing", "y").toBuilder().addAttribute(Attributes.real("a", 1)).build();
    return model
        .getGraphBuilder()
        .addNodeBuilder()
        .mergeFrom(node)
        .addAttributeBuilder()
        .setName("b")
        .setType(type);
  }

  private static GraphProto body(TensorProto tensor) {
    return GraphProto.newBuilder().addInitializer(tensor).build();
  }

  private static SparseTensorProto sparse(TensorProto values, TensorProto indices) {
    return SparseTensorProto.newBuilder().setValues(values).setIndices(indices).addDims(4).build();
  }

  private static TensorProto inline(String name, int type, long... values) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(type).addDims(values.length);
    for (long value : values) {
      if (type == 1) {
        tensor.addFloatData((float) value);
      } else {
        tensor.addInt64Data(value);
      }
    }
    return tensor.build();
  }

  /** Two integers, of which sparse tensors may have indices and values. */
  private static TensorProto.Builder tensor() {
    return TensorProto.newBuilder().setName("w").setDataType(7).addDims(2);
  }

  private static TensorProto external() {
    return tensor()
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(StringStringEntryProto.newBuilder().setKey("location").setValue("w.bin"))
        .build();
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void it_is_put_in_place(Place place) throws IOException {
    byte[] data = {1, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0};
    Files.write(folder.resolve("w.bin"), data);
    Path file = Files.write(folder.resolve("m.onnx"), place.with(external()).toByteArray());
    ModelProto written = ModelProto.parseFrom(OnnxModel.read(file).toBytes());
    TensorProto inlined = tensor().setRawData(ByteString.copyFrom(data)).build();
    assertThat(written).isEqualTo(place.with(inlined));
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void it_is_out_of_reach_of_a_model_in_memory(Place place) {
    assertThatExceptionOfType(OnnxFormatException.class)
        .isThrownBy(() -> OnnxModel.read("memory", place.with(external()).toByteArray()))
        .withMessageContaining("memory: Tensor 'w' lies in an external file");
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void a_model_that_has_its_data_is_left_as_it_is(Place place) throws IOException {
    ModelProto model = place.with(inline("w", 7, 1, 3));
    Path file = Files.write(folder.resolve("m.onnx"), model.toByteArray());
    assertThat(ModelProto.parseFrom(OnnxModel.read(file).toBytes())).isEqualTo(model);
  }
}
