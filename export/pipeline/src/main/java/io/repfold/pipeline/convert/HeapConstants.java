package io.repfold.pipeline.convert;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Takes a graph out of the files that it was read from, all of which one constant keeps mapped. */
final class HeapConstants {
  private HeapConstants() {}

  static Graph of(Graph graph) {
    Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
    initializers.replaceAll((name, tensor) -> onHeap(tensor));
    List<Node> nodes = graph.nodes().stream().map(HeapConstants::onHeap).toList();
    return graph.toBuilder().replaceInitializers(initializers).replaceNodes(nodes).build();
  }

  private static Node onHeap(Node node) {
    return node.op() instanceof Op.Constant constant && constant.value().data().isDirect()
        ? new Node(
            node.name(), new Op.Constant(onHeap(constant.value())), node.inputs(), node.outputs())
        : node;
  }

  private static Tensor onHeap(Tensor tensor) {
    ByteBuffer data = tensor.data();
    return data.isDirect()
        ? Tensor.of(
            tensor.type(), ByteBuffer.allocate(data.remaining()).put(data).flip(), tensor.dims())
        : tensor;
  }
}
