package io.repfold.fold;

import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Recognizes an image that is laid into a border by ops that only move data, however they are
 * combined: Pad and four ScatterND, as PyTorch exports slice assignments; Transpose around them;
 * Concat with constants.
 *
 * <p>The ops are run on markers instead of numbers, at the known shape. If the inside is the image,
 * and the border of each channel is the constant that the image's affine form has where its input
 * is zero, the whole is that form on a larger grid: the border that a Diverse Branch Block pads
 * with BN(0).
 */
final class ConstantBorders {
  private static final long LARGEST = 1L << 25;
  private static final double MARK = 0x1p40;

  /** Exporters compute BN(0) in float32; its rounding is not a difference. */
  private static final double ROUNDING = 0x1p-20;

  private final Facts facts;
  private final Graph graph;
  private final Map<String, Form> forms;

  ConstantBorders(Facts facts, Map<String, Form> forms) {
    this.facts = facts;
    this.graph = facts.graph();
    this.forms = forms;
  }

  Optional<Form> form(Node last) {
    if (!moves(last) || last.op() instanceof Op.Slice || !endsChain(last)) {
      return Optional.empty();
    }
    Set<String> chain = new HashSet<>();
    Optional<String> image = imageOf(last, chain);
    boolean onlyPads = chain.size() == 1 && last.op() instanceof Op.Pad;
    return onlyPads && padsZeros(last)
        ? Optional.empty()
        : image.flatMap(value -> form(last, value, chain));
  }

  /** Such a Pad is an affine map by itself, and needs no looking at. */
  private boolean padsZeros(Node node) {
    String value = node.input(2);
    return node.op() instanceof Op.Pad pad
        && (pad.pads().isPresent()
            ? pad.value().orElse(0) == 0
            : value.isEmpty()
                || graph
                    .constant(value)
                    .filter(t -> t.size() == 1 && t.doubleAt(0) == 0)
                    .isPresent());
  }

  private static boolean moves(Node node) {
    Op op = node.op();
    return node.outputs().size() == 1
        && (op instanceof Op.Pad pad && pad.mode() == Op.Pad.Mode.CONSTANT
            || op instanceof Op.ScatterND
            || op instanceof Op.Transpose
            || op instanceof Op.Concat
            || op instanceof Op.Where
            || op instanceof Op.Slice
            || op instanceof Op.Identity);
  }

  private boolean endsChain(Node node) {
    return graph.readers(node.output()).stream().anyMatch(reader -> !moves(reader));
  }

  /** The one value at the beginning of the chain that is no constant. */
  private Optional<String> imageOf(Node last, Set<String> chain) {
    Set<String> images = new HashSet<>();
    Deque<Node> open = new ArrayDeque<>(List.of(last));
    while (!open.isEmpty()) {
      Node node = open.pop();
      if (!chain.add(node.output())) {
        continue;
      }
      for (String input : node.inputs()) {
        if (input.isEmpty() || graph.constant(input).isPresent()) {
          continue;
        }
        Optional<Node> producer = graph.producer(input);
        if (producer.isPresent() && moves(producer.get())) {
          open.push(producer.get());
        } else {
          images.add(input);
        }
      }
    }
    return images.size() == 1 ? images.stream().findFirst() : Optional.empty();
  }

  private Optional<Form> form(Node last, String image, Set<String> chain) {
    Form inner = forms.get(image);
    Optional<long[]> size = facts.shape(image).flatMap(Shape::sizes);
    if (inner == null
        || inner.terms().size() != 1
        || inner.axis() != ChannelAxis.SECOND
        || size.isEmpty()
        || size.get().length < 3
        || !chain.stream().allMatch(this::isSmall)
        || !isSmall(image)
        || !keeps(image, chain)
        || !chain.stream().allMatch(v -> v.equals(last.output()) || keeps(v, chain))) {
      return Optional.empty();
    }
    int[] dims = Arrays.stream(size.get()).mapToInt(Math::toIntExact).toArray();
    NdArray once = run(last, image, marked(dims, MARK), chain);
    NdArray twice = run(last, image, marked(dims, 2 * MARK), chain);
    if (once == null || twice == null || once.rank() != dims.length) {
      return Optional.empty();
    }
    Term term = inner.terms().get(0);
    Layout layout = Layout.of(dims, once, twice);
    if (layout == null || !isBias(layout.border, term.map().bias())) {
      return Optional.empty();
    }
    if (term.map().obstacleToExtension(layout.begin, layout.end).isPresent()) {
      return Optional.empty();
    }
    NodeSet covered = NodeSet.ofProducers(facts, chain).with(inner.covered());
    Affine extended = term.map().extended(layout.begin, layout.end);
    return Optional.of(
        new Form(
            List.of(new Term(term.source(), extended, Optional.empty(), term.carrier())),
            covered,
            inner.axis()));
  }

  private boolean keeps(String value, Set<String> chain) {
    return Region.keeps(graph, value, NodeSet.ofProducers(facts, chain));
  }

  private boolean isSmall(String value) {
    Optional<long[]> size = facts.shape(value).flatMap(Shape::sizes);
    return size.isPresent() && Tensor.count(size.get()) <= LARGEST;
  }

  private static NdArray marked(int[] dims, double base) {
    double[] data =
        new double[Math.toIntExact(Tensor.count(Arrays.stream(dims).asLongStream().toArray()))];
    Arrays.setAll(data, i -> base + i);
    return NdArray.of(data, dims);
  }

  private @Nullable NdArray run(Node last, String image, NdArray value, Set<String> chain) {
    Map<String, NdArray> values = new HashMap<>(Map.of(image, value));
    for (Node node : graph.nodes()) {
      if (!node.outputs().isEmpty() && chain.contains(node.output())) {
        List<@Nullable NdArray> inputs =
            node.inputs().stream().<@Nullable NdArray>map(name -> read(name, values)).toList();
        values.put(node.output(), Interpreter.evaluate(node, inputs).get(0));
        // Images are large: keep those only that are still to be read.
        values
            .keySet()
            .removeIf(name -> !name.equals(last.output()) && !isReadAfter(name, values, chain));
      }
    }
    return values.get(last.output());
  }

  private boolean isReadAfter(String name, Map<String, NdArray> computed, Set<String> chain) {
    return graph.readers(name).stream()
        .filter(r -> !r.outputs().isEmpty() && chain.contains(r.output()))
        .anyMatch(r -> !computed.containsKey(r.output()));
  }

  private @Nullable NdArray read(String name, Map<String, NdArray> values) {
    NdArray value = values.get(name);
    return value != null ? value : graph.constant(name).map(NdArray::of).orElse(null);
  }

  private static boolean isBias(double[] border, double[] bias) {
    double largest = Arrays.stream(bias).map(Math::abs).max().orElse(0);
    for (int i = 0; i < border.length; i++) {
      if (!Double.isNaN(border[i]) && Math.abs(border[i] - bias[i]) > ROUNDING * largest) {
        return false;
      }
    }
    return true;
  }

  /**
   * Where the image lies, and the constant around it, one a channel; NaN for a channel without
   * border.
   */
  private record Layout(int[] begin, int[] end, double[] border) {
    static @Nullable Layout of(int[] dims, NdArray once, NdArray twice) {
      int[] outer = once.dims();
      int rank = dims.length - 2;
      int corner = indexOf(once.data(), MARK);
      if (corner < 0 || outer[0] != dims[0] || outer[1] != dims[1]) {
        return null;
      }
      int[] begin = new int[rank];
      int[] end = new int[rank];
      int[] position = position(corner, outer);
      for (int axis = 0; axis < rank; axis++) {
        begin[axis] = position[axis + 2];
        end[axis] = outer[axis + 2] - dims[axis + 2] - begin[axis];
        if (end[axis] < 0) {
          return null;
        }
      }
      double[] border = new double[dims[1]];
      Arrays.fill(border, Double.NaN);
      for (int i = 0; i < once.data().length; i++) {
        int[] p = position(i, outer);
        long inner = innerIndex(p, begin, dims);
        double value = once.data()[i];
        if (inner >= 0) {
          if (value != MARK + inner || twice.data()[i] != 2 * MARK + inner) {
            return null;
          }
        } else if (value != twice.data()[i]
            || !Double.isNaN(border[p[1]]) && border[p[1]] != value) {
          return null;
        } else {
          border[p[1]] = value;
        }
      }
      return new Layout(begin, end, border);
    }

    private static int indexOf(double[] data, double value) {
      for (int i = 0; i < data.length; i++) {
        if (data[i] == value) {
          return i;
        }
      }
      return -1;
    }

    private static int[] position(int index, int[] dims) {
      int[] position = new int[dims.length];
      for (int axis = dims.length - 1, rest = index; axis >= 0; axis--) {
        position[axis] = rest % dims[axis];
        rest /= dims[axis];
      }
      return position;
    }

    private static long innerIndex(int[] position, int[] begin, int[] dims) {
      long index = 0;
      for (int axis = 0; axis < dims.length; axis++) {
        int inner = axis < 2 ? position[axis] : position[axis] - begin[axis - 2];
        if (inner < 0 || inner >= dims[axis]) {
          return -1;
        }
        index = index * dims[axis] + inner;
      }
      return index;
    }
  }
}
