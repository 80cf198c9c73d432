package io.repfold.fold;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Changes to the nodes and constants of a graph, for mutants. */
final class GraphEdit {
  private final Graph graph;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Map<String, List<Node>> replaced = new LinkedHashMap<>();

  GraphEdit(Graph graph) {
    this.graph = graph;
  }

  /** The changed graph; equal to the original if nothing changed. */
  Graph build() {
    Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      Tensor constant = tensors.get(node.output());
      if (constant != null) {
        nodes.add(new Node(node.name(), new Op.Constant(constant), List.of(), node.outputs()));
      } else {
        nodes.addAll(replaced.getOrDefault(node.output(), List.of(node)));
      }
    }
    tensors.keySet().removeIf(name -> graph.producer(name).isPresent());
    initializers.putAll(tensors);
    return graph.toBuilder().replaceNodes(nodes).replaceInitializers(initializers).build();
  }

  boolean isUnchanged() {
    return tensors.isEmpty() && replaced.isEmpty();
  }

  Graph graph() {
    return graph;
  }

  Tensor constant(String name) {
    return graph.constant(name).orElseThrow();
  }

  /** Gives a constant of the graph new elements, or adds one. */
  void set(String name, double[] values, long... dims) {
    tensors.put(name, Tensor.ofDoubles(graph.inputs().get(0).type().orElseThrow(), values, dims));
  }

  void replace(Node node, Node... by) {
    replaced.put(node.output(), List.of(by));
  }

  void replaceOp(Node node, Op op) {
    replace(node, new Node(node.name(), op, node.inputs(), node.outputs()));
  }

  void replaceInputs(Node node, String... inputs) {
    replace(node, new Node(node.name(), node.op(), List.of(inputs), node.outputs()));
  }

  /** One channel of a BatchNormalization. */
  static final class Channel {
    final double epsilon;
    double gamma;
    double beta;
    double mean;
    double variance;

    private Channel(double epsilon, double gamma, double beta, double mean, double variance) {
      this.epsilon = epsilon;
      this.gamma = gamma;
      this.beta = beta;
      this.mean = mean;
      this.variance = variance;
    }

    double factor() {
      return gamma / Math.sqrt(variance + epsilon);
    }
  }

  List<Channel> channels(Node norm) {
    double epsilon = ((Op.BatchNormalization) norm.op()).epsilon();
    double[][] p = new double[4][];
    Arrays.setAll(p, i -> constant(norm.input(i + 1)).toDoubles());
    List<Channel> channels = new ArrayList<>();
    for (int c = 0; c < p[0].length; c++) {
      channels.add(new Channel(epsilon, p[0][c], p[1][c], p[2][c], p[3][c]));
    }
    return channels;
  }

  void setChannels(Node norm, List<Channel> channels) {
    int count = channels.size();
    set(norm.input(1), channels.stream().mapToDouble(c -> c.gamma).toArray(), count);
    set(norm.input(2), channels.stream().mapToDouble(c -> c.beta).toArray(), count);
    set(norm.input(3), channels.stream().mapToDouble(c -> c.mean).toArray(), count);
    set(norm.input(4), channels.stream().mapToDouble(c -> c.variance).toArray(), count);
  }

  void eachChannel(Node norm, Consumer<Channel> change) {
    List<Channel> channels = channels(norm);
    channels.forEach(change);
    setChannels(norm, channels);
  }

  void setEpsilon(Node norm, double epsilon) {
    replaceOp(norm, new Op.BatchNormalization((float) epsilon, 0.9f, false));
  }

  /** Where an element of a new weight comes from. */
  interface Place {
    int from(int out, int column, int row, int col);
  }

  /** Rearranges the weight of a two-dimensional Conv; the dims stay. */
  void rearrange(Node conv, Place place) {
    Tensor old = constant(conv.input(1));
    double[] source = old.toDoubles();
    double[] values = new double[source.length];
    int i = 0;
    for (int o = 0; o < old.dim(0); o++) {
      for (int c = 0; c < old.dim(1); c++) {
        for (int h = 0; h < old.dim(2); h++) {
          for (int w = 0; w < old.dim(3); w++) {
            values[i++] = source[place.from(o, c, h, w)];
          }
        }
      }
    }
    set(conv.input(1), values, old.dims());
  }

  void setPads(Node conv, int... pads) {
    Op.Conv op = (Op.Conv) conv.op();
    Window window = op.window();
    List<Integer> all = Arrays.stream(pads).boxed().toList();
    replaceOp(conv, new Op.Conv(Window.of(window.strides(), window.dilations(), all), op.groups()));
  }
}
