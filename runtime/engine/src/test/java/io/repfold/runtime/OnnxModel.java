package io.repfold.runtime;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Writes small ONNX files for tests. A dimension is a Long, a name, or null for one without a name.
 */
public final class OnnxModel {
  public static final int FLOAT = TensorProto.DataType.FLOAT_VALUE;
  public static final int INT64 = TensorProto.DataType.INT64_VALUE;

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("tiny");
  private final ModelProto.Builder model =
      ModelProto.newBuilder().setIrVersion(8).setProducerName("repfold-test");
  private int opset = 17;

  /**
   * y = Relu(Conv(x)) with one 3x3 filter bank [2, 1, 3, 3] scaled by a factor; x is float32[1, 1,
   * 4, 4].
   */
  public static OnnxModel conv(float factor) {
    float[] weights = new float[18];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = factor * (i % 5 - 1.5f);
    }
    return new OnnxModel()
        .input("x", FLOAT, 1L, 1L, 4L, 4L)
        .weights("w", weights, 2, 1, 3, 3)
        .node("Conv", List.of("x", "w"), List.of("c"), ints("pads", 1, 1, 1, 1))
        .node("Relu", List.of("c"), List.of("y"))
        .output("y", FLOAT, 1L, 2L, 4L, 4L);
  }

  /** y = op(x), both of one type and shape. */
  public static OnnxModel unary(String op, int type, Object... dimensions) {
    return new OnnxModel()
        .input("x", type, dimensions)
        .node(op, List.of("x"), List.of("y"))
        .output("y", type, dimensions);
  }

  public OnnxModel input(String name, int type, Object... dimensions) {
    graph.addInput(value(name, type, dimensions));
    return this;
  }

  public OnnxModel output(String name, int type, Object... dimensions) {
    graph.addOutput(value(name, type, dimensions));
    return this;
  }

  public OnnxModel output(ValueInfoProto value) {
    graph.addOutput(value);
    return this;
  }

  public OnnxModel weights(String name, float[] values, long... shape) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(FLOAT);
    Arrays.stream(shape).forEach(tensor::addDims);
    for (float value : values) {
      tensor.addFloatData(value);
    }
    return weights(tensor.build());
  }

  public OnnxModel weights(TensorProto tensor) {
    graph.addInitializer(tensor);
    return this;
  }

  public OnnxModel node(
      String op, List<String> inputs, List<String> outputs, AttributeProto... attributes) {
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(op)
            .addAllInput(inputs)
            .addAllOutput(outputs)
            .addAllAttribute(List.of(attributes)));
    return this;
  }

  public OnnxModel opset(int version) {
    opset = version;
    return this;
  }

  public OnnxModel irVersion(int version) {
    model.setIrVersion(version);
    return this;
  }

  public OnnxModel metadata(String key, String value) {
    model.addMetadataProps(StringStringEntryProto.newBuilder().setKey(key).setValue(value));
    return this;
  }

  public byte[] bytes() {
    return model
        .clone()
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  public Path write(Path file) throws IOException {
    return Files.write(file, bytes());
  }

  /** Loads it on the CPU with one thread. */
  public Engine load() {
    return Backends.onnxRuntimeCpu()
        .load("tiny.onnx", bytes(), EngineOptions.defaults().withThreads(1));
  }

  public static AttributeProto ints(String name, long... values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
    Arrays.stream(values).forEach(attribute::addInts);
    return attribute.build();
  }

  public static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  private static ValueInfoProto value(String name, int type, Object... dimensions) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (Object dimension : dimensions) {
      TensorShapeProto.Dimension.Builder builder = TensorShapeProto.Dimension.newBuilder();
      if (dimension instanceof Long size) {
        builder.setDimValue(size);
      } else if (dimension instanceof String symbol) {
        builder.setDimParam(symbol);
      }
      shape.addDim(builder);
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type).setShape(shape)))
        .build();
  }
}
