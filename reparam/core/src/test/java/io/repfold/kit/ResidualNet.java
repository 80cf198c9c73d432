package io.repfold.kit;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.Window;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/**
 * A network of any depth whose values stay of one magnitude: blocks of seven nodes, {@code out =
 * Relu(in + BN(Conv(Relu(BN(Conv(in))))))}, then an average and a classifier, {@code scores}.
 *
 * <p>Block 12 computes {@code b12.conv1}, {@code b12.bn1}, {@code b12.relu}, {@code b12.conv2},
 * {@code b12.bn2}, {@code b12.sum} and {@code b12.out}. The convolutions have {@code .weight} and
 * {@code .bias}, the normalizations {@code .gamma}, {@code .beta}, {@code .mean} and {@code
 * .variance}.
 */
public final class ResidualNet {
  private static final int CLASSES = 5;

  private final SplittableRandom random = new SplittableRandom(11);
  private final Graph.Builder graph = new Graph.Builder("residual");

  private final int channels;

  private ResidualNet(int channels) {
    this.channels = channels;
  }

  /** For images {@code x} of {@code [1, 4, 6, 5]}; 7 nodes a block and 3. */
  public static Graph of(int blocks) {
    return of(blocks, 4, 6, 5);
  }

  /** Likewise, for images of other sizes. */
  public static Graph of(int blocks, int channels, int height, int width) {
    return new ResidualNet(channels).build(blocks, height, width);
  }

  private Graph build(int blocks, int height, int width) {
    graph.input(Value.float32("x", 1, channels, height, width));
    String in = "x";
    for (int i = 0; i < blocks; i++) {
      in = block("b%d.".formatted(i), in);
    }
    graph.node(new Op.GlobalAveragePool(), List.of(in), "mean");
    graph.node(new Op.Flatten(1), List.of("mean"), "flat");
    graph.initializer("scores.weight", random(1, channels, CLASSES));
    graph.node(new Op.MatMul(), List.of("flat", "scores.weight"), "scores");
    graph.output(Value.float32("scores", 1, CLASSES));
    return graph.build();
  }

  private String block(String scope, String in) {
    String middle = norm(scope + "bn1", conv(scope + "conv1", in));
    graph.node(new Op.Unary(Op.Unary.Function.RELU), List.of(middle), scope + "relu");
    String branch = norm(scope + "bn2", conv(scope + "conv2", scope + "relu"));
    graph.node(new Op.Binary(Op.Binary.Function.ADD), List.of(branch, in), scope + "sum");
    graph.node(new Op.Unary(Op.Unary.Function.RELU), List.of(scope + "sum"), scope + "out");
    return scope + "out";
  }

  private String conv(String name, String in) {
    graph.initializer(name + ".weight", random(1 / Math.sqrt(channels), channels, channels, 3, 3));
    graph.initializer(name + ".bias", random(0.01, channels));
    Window window = Window.of(List.of(), List.of(), List.of(1, 1, 1, 1));
    graph.node(new Op.Conv(window, 1), List.of(in, name + ".weight", name + ".bias"), name);
    return name;
  }

  private String norm(String name, String in) {
    graph.initializer(name + ".gamma", filled(0.1, 0.3, channels));
    graph.initializer(name + ".beta", random(0.01, channels));
    graph.initializer(name + ".mean", random(0.1, channels));
    graph.initializer(name + ".variance", filled(0.5, 1.5, channels));
    List<String> inputs =
        List.of(in, name + ".gamma", name + ".beta", name + ".mean", name + ".variance");
    graph.node(new Op.BatchNormalization(1e-5f, 0.9f, false), inputs, name);
    return name;
  }

  private Tensor random(double magnitude, long... dims) {
    return filled(-magnitude, magnitude, dims);
  }

  private Tensor filled(double least, double most, long... dims) {
    double[] values = random.doubles(Tensor.count(dims), least, most).toArray();
    return Tensor.ofDoubles(ElementType.FLOAT, values, dims);
  }

  /** The graph with another node in the place of the one that computes a value. */
  public static Graph replaced(Graph graph, String output, UnaryOperator<Node> other) {
    List<Node> nodes =
        graph.nodes().stream()
            .map(node -> node.outputs().contains(output) ? other.apply(node) : node)
            .toList();
    return graph.toBuilder().replaceNodes(nodes).build();
  }

  /** Likewise, with another op on the same inputs. */
  public static Graph replaced(Graph graph, String output, Op op) {
    return replaced(
        graph, output, node -> new Node(node.name(), op, node.inputs(), node.outputs()));
  }
}
