package io.repfold.conformance;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Changes an attribute, a dimension, an edge or an op of a model, at random. */
final class ModelMutator {
  private static final long[] NUMBERS = {
    0,
    1,
    2,
    3,
    4,
    5,
    7,
    -1,
    -2,
    -7,
    64,
    100_000,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    1L << 33,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };
  private static final String[] OPS = {
    "Conv", "BatchNormalization", "Add", "Sub", "Mul", "Relu", "Identity", "Pad", "Slice",
    "AveragePool", "Concat", "Sum", "Neg", "ConvTranspose", "Transpose", "Reshape", "Cast", "Where"
  };

  private final SplittableRandom random;

  ModelMutator(SplittableRandom random) {
    this.random = random;
  }

  ModelProto mutate(ModelProto model) {
    GraphProto.Builder graph = model.getGraph().toBuilder();
    switch (random.nextInt(9)) {
      case 0, 1, 2 -> attribute(graph);
      case 3, 4 -> edge(graph);
      case 5 -> op(graph);
      case 6 -> initializer(graph);
      case 7 -> shape(graph);
      default -> output(graph);
    }
    return model.toBuilder().setGraph(graph).build();
  }

  private long number(long old) {
    return random.nextInt(3) == 0
        ? NUMBERS[random.nextInt(NUMBERS.length)]
        : random.nextBoolean() ? random.nextInt(6) : old + random.nextInt(-2, 3);
  }

  private NodeProto.Builder node(GraphProto.Builder graph) {
    return graph.getNodeBuilder(random.nextInt(graph.getNodeCount()));
  }

  private void attribute(GraphProto.Builder graph) {
    NodeProto.Builder node = node(graph);
    if (node.getAttributeCount() == 0) {
      return;
    }
    int index = random.nextInt(node.getAttributeCount());
    AttributeProto.Builder attribute = node.getAttributeBuilder(index);
    if (random.nextInt(8) == 0) {
      node.removeAttribute(index);
    } else if (attribute.getIntsCount() > 0) {
      ints(attribute);
    } else {
      attribute.setI(number(attribute.getI())).setF((float) number((long) attribute.getF()));
    }
  }

  private void ints(AttributeProto.Builder attribute) {
    List<Long> all = new ArrayList<>(attribute.getIntsList());
    int index = random.nextInt(all.size());
    switch (random.nextInt(6)) {
      case 0 -> all.remove(index);
      case 1 -> all.add(index, number(1));
      default -> all.set(index, number(all.get(index)));
    }
    attribute.clearInts().addAllInts(all);
  }

  /** A node reads another value, or one input more or fewer. */
  private void edge(GraphProto.Builder graph) {
    NodeProto.Builder node = node(graph);
    List<String> inputs = new ArrayList<>(node.getInputList());
    String value = value(graph);
    int index = random.nextInt(inputs.size() + 1);
    if (index == inputs.size() || random.nextInt(8) == 0) {
      inputs.add(index, value);
    } else if (random.nextInt(8) == 0) {
      inputs.set(index, "");
    } else if (random.nextInt(8) == 0) {
      inputs.remove(index);
    } else {
      inputs.set(index, value);
    }
    node.clearInput().addAllInput(inputs);
  }

  private String value(GraphProto.Builder graph) {
    List<String> names = new ArrayList<>();
    graph.getInputList().forEach(i -> names.add(i.getName()));
    graph.getInitializerList().forEach(i -> names.add(i.getName()));
    graph.getNodeList().forEach(n -> names.addAll(n.getOutputList()));
    return names.get(random.nextInt(names.size()));
  }

  private void op(GraphProto.Builder graph) {
    node(graph).setOpType(OPS[random.nextInt(OPS.length)]);
  }

  /** Other dims for the same elements, or other elements. */
  private void initializer(GraphProto.Builder graph) {
    if (graph.getInitializerCount() == 0) {
      return;
    }
    TensorProto.Builder tensor =
        graph.getInitializerBuilder(random.nextInt(graph.getInitializerCount()));
    List<Long> dims = new ArrayList<>(tensor.getDimsList());
    switch (random.nextInt(4)) {
      case 0 -> dims.add(random.nextInt(dims.size() + 1), 1L);
      case 1 -> java.util.Collections.shuffle(dims, new java.util.Random(random.nextLong()));
      case 2 -> tensor.setRawData(noise(tensor.getRawData().size()));
      default -> dims.remove(1L);
    }
    tensor.clearDims().addAllDims(dims);
  }

  private com.google.protobuf.ByteString noise(int size) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) random.nextInt(random.nextInt(4) == 0 ? 256 : 4);
    }
    return com.google.protobuf.ByteString.copyFrom(bytes);
  }

  /** Another size, a symbol, or no shape at all for an input. */
  private void shape(GraphProto.Builder graph) {
    ValueInfoProto.Builder input = graph.getInputBuilder(random.nextInt(graph.getInputCount()));
    var shape = input.getTypeBuilder().getTensorTypeBuilder().getShapeBuilder();
    if (shape.getDimCount() == 0 || random.nextInt(4) == 0) {
      input.getTypeBuilder().getTensorTypeBuilder().clearShape();
    } else if (random.nextInt(4) == 0) {
      shape.removeDim(random.nextInt(shape.getDimCount()));
    } else {
      var dim = shape.getDimBuilder(random.nextInt(shape.getDimCount()));
      if (random.nextBoolean()) {
        dim.clearDimValue().setDimParam("D");
      } else {
        dim.clearDimParam().setDimValue(number(dim.getDimValue()));
      }
    }
  }

  /** An inner value becomes an output too. */
  private void output(GraphProto.Builder graph) {
    NodeProto.Builder node = node(graph);
    if (node.getOutputCount() > 0) {
      graph.addOutput(ValueInfoProto.newBuilder().setName(node.getOutput(0)));
    }
  }
}
