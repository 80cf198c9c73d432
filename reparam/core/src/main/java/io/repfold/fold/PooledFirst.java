package io.repfold.fold;

import io.repfold.graph.Dim;
import io.repfold.graph.FreeNames;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Pools before convolutions of single pixels, where that costs less: the convolution then sees
 * fewer pixels, and it need not become a larger one that holds the average.
 *
 * <pre>
 *   Given:   %1 = Conv(%0, W, b), 1x1; %2 = AveragePool(%1)
 *   Result:  %3 = AveragePool(%0); %2 = Conv(%3, W, b)
 * </pre>
 *
 * <p>An average is one linear map P of the pixels, the same for each channel, so {@code P(W x + b)}
 * is {@code W P(x) + b P(1)}. That is the Conv of P(x) if there is no b, or if P(1) = 1 everywhere:
 * if each window divides by what it holds of the image. One that counts padding does not. Scales
 * and shifts a channel stand for a Conv.
 */
final class PooledFirst {
  private final Graph graph;
  private final Facts facts;
  private final LinearOps linearOps;
  private final EmptyMaps emptyMaps;
  private final FreeNames names;
  private final Map<Node, List<Node>> replaced = new HashMap<>();
  private final Set<Node> dropped = new HashSet<>();

  /** A pooling as a map of pixels. */
  private record Pool(double taps, double pixelsRead, boolean keepsOne) {}

  private PooledFirst(Facts facts) {
    this.graph = facts.graph();
    this.facts = facts;
    this.linearOps = new LinearOps(facts);
    this.emptyMaps = new EmptyMaps(facts);
    this.names = FreeNames.ofValues(graph);
  }

  static Graph moved(Facts facts) {
    Graph graph = facts.graph();
    boolean none = graph.nodes().stream().noneMatch(PooledFirst::isPool);
    return none ? graph : new PooledFirst(facts).run();
  }

  private static boolean isPool(Node node) {
    return node.op() instanceof Op.AveragePool
        || node.op() instanceof Op.GlobalAveragePool
        || node.op() instanceof Op.Reduce reduce
            && reduce.function() == Op.Reduce.Function.MEAN
            && reduce.keepsDims();
  }

  private Graph run() {
    for (Node node : graph.nodes()) {
      if (isPool(node)) {
        pool(node).ifPresent(pool -> move(node, pool));
      }
    }
    if (replaced.isEmpty()) {
      return graph;
    }
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (!dropped.contains(node)) {
        nodes.addAll(replaced.getOrDefault(node, List.of(node)));
      }
    }
    return graph.toBuilder().replaceNodes(nodes).build();
  }

  private void move(Node node, Pool pool) {
    List<Node> chain = pointwise(node);
    List<Affine> convolutions = new ArrayList<>();
    boolean shifts = false;
    for (Node member : chain) {
      Affine map = map(member).orElseThrow();
      shifts |= map.hasBias();
      if (member.op() instanceof Op.Conv) {
        convolutions.add(map);
      }
    }
    // A scale in front of the Conv goes into it, unless a pooling stands between.
    if (convolutions.isEmpty()
        || !(chain.get(0).op() instanceof Op.Conv)
        || shifts && !pool.keepsOne()
        || emptyMaps.refusal(node).isPresent()
        || isKernelsOwn(source(chain.get(0)))
        || !pays(convolutions, pool)) {
      return;
    }
    String value = names.freshPart(node.output() + "/pooled");
    List<String> inputs = new ArrayList<>(node.inputs());
    inputs.set(0, source(chain.get(0)));
    List<Node> moved =
        new ArrayList<>(List.of(new Node(node.name(), node.op(), inputs, List.of(value))));
    for (int i = 0; i < chain.size(); i++) {
      Node member = chain.get(i);
      String from = value;
      value = i == chain.size() - 1 ? node.output() : names.freshPart(member.output() + "/pooled");
      List<String> reads =
          member.inputs().stream().map(in -> in.equals(source(member)) ? from : in).toList();
      moved.add(new Node(member.name(), member.op(), reads, List.of(value)));
    }
    dropped.addAll(chain);
    replaced.put(node, moved);
  }

  /** The nodes before the pooling that look at single pixels and that only it needs, in order. */
  private List<Node> pointwise(Node pool) {
    List<Node> chain = new ArrayList<>();
    Node at = pool;
    Optional<Node> before = graph.producer(source(at));
    while (before.isPresent()
        && !dropped.contains(before.get())
        && Region.isReadOnlyBy(graph, source(at), at)
        && map(before.get()).isPresent()) {
      at = before.get();
      chain.add(at);
      before = graph.producer(source(at));
    }
    Collections.reverse(chain);
    return chain;
  }

  /** What a pooling, or a node of {@link #map}, reads besides constants. */
  private String source(Node node) {
    return isPool(node)
        ? node.input(0)
        : ((Linearity.Linear) linearOps.of(node)).operands().get(0).value();
  }

  /**
   * The map of a node, if each of its pixels follows from one pixel of one value. A product along
   * the columns of an image is none.
   */
  private Optional<Affine> map(Node node) {
    return linearOps.of(node) instanceof Linearity.Linear linear
            && !linear.isSum()
            && linear.axis() == ChannelAxis.SECOND
        ? Optional.of(linear.operands().get(0).map()).filter(Affine::isPositionwise)
        : Optional.empty();
  }

  /** Whether a value comes from a kernel or sum that the chain behind it may become one with. */
  private boolean isKernelsOwn(String value) {
    Optional<Node> producer = graph.producer(value);
    return producer.isPresent()
        && graph.readers(value).size() == 1
        && !graph.isOutput(value)
        && linearOps.of(producer.get()) instanceof Linearity.Linear;
  }

  /** Compares for one pixel of the result. */
  private static boolean pays(List<Affine> convolutions, Pool pool) {
    Cost once = Cost.NONE;
    for (Affine map : convolutions) {
      once = once.plus(Cost.ofConvolution(map));
    }
    int before = convolutions.get(convolutions.size() - 1).weights().out();
    Cost now = once.times(pool.pixelsRead()).plus(ofPool(before, pool));
    int after = convolutions.get(0).weights().in();
    return once.plus(ofPool(after, pool)).improvesOn(now, 1);
  }

  private static Cost ofPool(int channels, Pool pool) {
    return new Cost(channels * pool.taps(), channels * (pool.pixelsRead() + 1));
  }

  private Optional<Pool> pool(Node node) {
    if (node.op() instanceof Op.AveragePool average) {
      return Optional.of(average(average));
    }
    Optional<Shape> shape = facts.shape(node.input(0)).filter(s -> s.rank() >= 3);
    if (shape.isEmpty()) {
      return Optional.empty();
    }
    int[] spatial = IntStream.range(2, shape.get().rank()).toArray();
    if (node.op() instanceof Op.Reduce reduce) {
      Optional<int[]> axes = axes(node, reduce, shape.get().rank());
      boolean overPixels =
          axes.isPresent()
              && axes.get().length > 0
              && Arrays.stream(axes.get()).allMatch(axis -> axis >= 2);
      if (!overPixels) {
        return Optional.empty();
      }
      spatial = axes.get();
    }
    double pixels = 1;
    for (int axis : spatial) {
      // At least one; more make it cheaper still to pool first.
      pixels *= shape.get().dim(axis) instanceof Dim.Known size ? size.size() : 1;
    }
    return Optional.of(new Pool(pixels, pixels, true));
  }

  private static Pool average(Op.AveragePool pool) {
    double taps = 1;
    double pixels = 1;
    boolean keepsOne = true;
    for (int axis = 0; axis < pool.kernel().size(); axis++) {
      int stride = pool.window().stride(axis);
      int reach = pool.window().dilation(axis) * (pool.kernel().get(axis) - 1) + 1;
      int begin = pool.window().padBegin(axis);
      int end = pool.window().padEnd(axis);
      taps *= pool.kernel().get(axis);
      pixels *= stride;
      boolean padded = begin != 0 || end != 0 || isSame(pool);
      // Each window must hold a pixel, and a runtime must count no more than it holds.
      boolean holdsOne =
          begin < reach
              && end < reach
              && (!padded || pool.window().dilation(axis) == 1)
              && (!pool.ceilMode() || stride <= reach);
      keepsOne &= holdsOne && !(pool.countIncludePad() && (padded || pool.ceilMode()));
    }
    return new Pool(taps, pixels, keepsOne);
  }

  private static boolean isSame(Op.AveragePool pool) {
    return switch (pool.window().autoPad()) {
      case SAME_UPPER, SAME_LOWER -> true;
      case NOTSET, VALID -> false;
    };
  }

  private Optional<int[]> axes(Node node, Op.Reduce reduce, int rank) {
    Optional<long[]> given =
        reduce
            .axes()
            .map(axes -> axes.stream().mapToLong(Integer::longValue).toArray())
            .or(() -> graph.constant(node.input(1)).map(Tensor::toLongs));
    return given.map(
        axes -> Arrays.stream(axes).mapToInt(a -> (int) (a < 0 ? a + rank : a)).toArray());
  }
}
