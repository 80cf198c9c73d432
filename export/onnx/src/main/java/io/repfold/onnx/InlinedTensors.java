package io.repfold.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TrainingInfoProto;
import org.jspecify.annotations.Nullable;

/**
 * Puts mapped regions of the external files in the place of references to them, at any depth, so
 * that the rest of the package knows one kind of tensor. A message without such a reference is
 * returned as it is.
 */
@SuppressWarnings("ReferenceEquality") // the same object says: nothing to replace
final class InlinedTensors {
  private final @Nullable ExternalFiles files;

  private InlinedTensors(@Nullable ExternalFiles files) {
    this.files = files;
  }

  /**
   * @param files null if external data is out of reach
   */
  static ModelProto of(ModelProto model, @Nullable ExternalFiles files) {
    return new InlinedTensors(files).model(model);
  }

  private ModelProto model(ModelProto model) {
    ModelProto.Builder result = model.toBuilder();
    result.setGraph(graph(model.getGraph()));
    for (int i = 0; i < model.getFunctionsCount(); i++) {
      FunctionProto.Builder function = model.getFunctions(i).toBuilder();
      for (int j = 0; j < function.getNodeCount(); j++) {
        function.setNode(j, node(function.getNode(j)));
      }
      result.setFunctions(i, function);
    }
    for (int i = 0; i < model.getTrainingInfoCount(); i++) {
      TrainingInfoProto.Builder training = model.getTrainingInfo(i).toBuilder();
      if (training.hasInitialization()) {
        training.setInitialization(graph(training.getInitialization()));
      }
      if (training.hasAlgorithm()) {
        training.setAlgorithm(graph(training.getAlgorithm()));
      }
      result.setTrainingInfo(i, training);
    }
    return result.build();
  }

  private GraphProto graph(GraphProto graph) {
    GraphProto.Builder result = graph.toBuilder();
    for (int i = 0; i < graph.getInitializerCount(); i++) {
      TensorProto tensor = graph.getInitializer(i);
      TensorProto inlined = tensor(tensor);
      if (inlined != tensor) {
        result.setInitializer(i, inlined);
      }
    }
    for (int i = 0; i < graph.getSparseInitializerCount(); i++) {
      SparseTensorProto tensor = graph.getSparseInitializer(i);
      SparseTensorProto inlined = sparse(tensor);
      if (inlined != tensor) {
        result.setSparseInitializer(i, inlined);
      }
    }
    for (int i = 0; i < graph.getNodeCount(); i++) {
      NodeProto node = graph.getNode(i);
      NodeProto inlined = node(node);
      if (inlined != node) {
        result.setNode(i, inlined);
      }
    }
    return result.build();
  }

  private NodeProto node(NodeProto node) {
    NodeProto.@Nullable Builder result = null;
    for (int i = 0; i < node.getAttributeCount(); i++) {
      AttributeProto attribute = node.getAttribute(i);
      AttributeProto inlined = attribute(attribute);
      if (inlined != attribute) {
        result = result == null ? node.toBuilder() : result;
        result.setAttribute(i, inlined);
      }
    }
    return result == null ? node : result.build();
  }

  private AttributeProto attribute(AttributeProto attribute) {
    boolean nested =
        attribute.hasT()
            || attribute.hasG()
            || attribute.hasSparseTensor()
            || attribute.getTensorsCount() > 0
            || attribute.getGraphsCount() > 0
            || attribute.getSparseTensorsCount() > 0;
    if (!nested) {
      return attribute;
    }
    AttributeProto.Builder result = attribute.toBuilder();
    if (attribute.hasT()) {
      result.setT(tensor(attribute.getT()));
    }
    if (attribute.hasG()) {
      result.setG(graph(attribute.getG()));
    }
    if (attribute.hasSparseTensor()) {
      result.setSparseTensor(sparse(attribute.getSparseTensor()));
    }
    for (int i = 0; i < attribute.getTensorsCount(); i++) {
      result.setTensors(i, tensor(attribute.getTensors(i)));
    }
    for (int i = 0; i < attribute.getGraphsCount(); i++) {
      result.setGraphs(i, graph(attribute.getGraphs(i)));
    }
    for (int i = 0; i < attribute.getSparseTensorsCount(); i++) {
      result.setSparseTensors(i, sparse(attribute.getSparseTensors(i)));
    }
    return result.build();
  }

  private SparseTensorProto sparse(SparseTensorProto sparse) {
    TensorProto values = tensor(sparse.getValues());
    TensorProto indices = tensor(sparse.getIndices());
    if (values == sparse.getValues() && indices == sparse.getIndices()) {
      return sparse;
    }
    return sparse.toBuilder().setValues(values).setIndices(indices).build();
  }

  private TensorProto tensor(TensorProto tensor) {
    if (tensor.getDataLocation() != TensorProto.DataLocation.EXTERNAL) {
      return tensor;
    }
    String label = "Tensor '%s'".formatted(tensor.getName());
    if (files == null) {
      throw new OnnxFormatException(
          label + " lies in an external file: read the model from its file, not from bytes");
    }
    return files.inline(tensor, label);
  }
}
