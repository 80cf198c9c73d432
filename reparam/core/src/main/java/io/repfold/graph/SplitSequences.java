package io.repfold.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes a Split of each sequence that is only taken apart again, as PyTorch's exporter writes
 * {@code chunk} and {@code split}.
 *
 * <pre>
 *   Given:   %s = SplitToSequence(%x);  %a = SequenceAt(%s, 0);  %b = SequenceAt(%s, -1)
 *   Result:  %a, %b = Split(%x)
 * </pre>
 *
 * <p>A sequence that something else reads, an index that is no constant, and a size of the split
 * axis that is not known before the graph runs leave the nodes as they are.
 */
public final class SplitSequences {
  private final Graph graph;
  private final Map<String, Fact> facts;
  private final FreeNames names;
  private final Map<String, Tensor> added = new LinkedHashMap<>();

  /** What stands in the place of a node. */
  private final IdentityHashMap<Node, List<Node>> replaced = new IdentityHashMap<>();

  private SplitSequences(Graph graph) {
    this.graph = graph;
    this.facts = ShapeInference.facts(graph);
    this.names = FreeNames.besides(facts.keySet());
  }

  /** A graph that computes the same; the same one if it has no such sequence. */
  public static Graph asSplits(Graph graph) {
    if (graph.nodes().stream().noneMatch(SplitSequences::makesSequence)) {
      return graph;
    }
    SplitSequences pass = new SplitSequences(graph);
    graph.nodes().stream().filter(SplitSequences::makesSequence).forEach(pass::replace);
    return pass.result();
  }

  private static boolean makesSequence(Node node) {
    return isOnnx(node, "SplitToSequence");
  }

  private static boolean isOnnx(Node node, String type) {
    return node.op() instanceof Op.Opaque op && op.domain().isEmpty() && op.type().equals(type);
  }

  private Graph result() {
    if (replaced.isEmpty()) {
      return graph;
    }
    List<Node> nodes = new ArrayList<>();
    graph.nodes().forEach(node -> nodes.addAll(replaced.getOrDefault(node, List.of(node))));
    Graph.Builder builder = graph.toBuilder().replaceNodes(nodes);
    added.forEach(builder::initializer);
    Map<String, Value> declared = new LinkedHashMap<>(graph.declared());
    replaced.keySet().stream()
        .filter(SplitSequences::makesSequence)
        .map(Node::output)
        .forEach(declared::remove);
    return builder.replaceDeclared(declared).build();
  }

  private void replace(Node split) {
    Optional<Pieces> pieces = pieces(split);
    String sequence = split.output();
    List<Node> readers = graph.readers(sequence);
    if (pieces.isEmpty() || graph.isOutput(sequence)) {
      return;
    }
    int count = pieces.get().sizes().length;
    List<Integer> places = new ArrayList<>();
    for (Node reader : readers) {
      Optional<Integer> place = place(reader, sequence, count);
      if (place.isEmpty()) {
        return;
      }
      places.add(place.get());
    }
    write(split, pieces.get(), readers, places);
  }

  /** Which piece a node takes; empty if it does something else, or that is not known. */
  private Optional<Integer> place(Node reader, String sequence, int count) {
    if (!isOnnx(reader, "SequenceAt") || !reader.input(0).equals(sequence)) {
      return Optional.empty();
    }
    return longs(reader.input(1))
        .filter(index -> index.length == 1 && index[0] >= -count && index[0] < count)
        .map(index -> (int) (index[0] < 0 ? index[0] + count : index[0]));
  }

  private Optional<long[]> longs(String value) {
    return fact(value).flatMap(Fact::longs);
  }

  private Optional<Fact> fact(String value) {
    return Optional.ofNullable(facts.get(value));
  }

  /**
   * @param drops whether pieces of size 1 lose their axis
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Pieces(int axis, long[] sizes, boolean drops) {}

  private Optional<Pieces> pieces(Node split) {
    Map<String, Object> attributes = ((Op.Opaque) split.op()).attributes();
    Optional<Shape> shape = fact(split.input(0)).flatMap(Fact::shape);
    if (shape.isEmpty()
        || !(attributes.getOrDefault("axis", 0L) instanceof Long along)
        || !(attributes.getOrDefault("keepdims", 1L) instanceof Long keeps)) {
      return Optional.empty();
    }
    int axis = Layout.axis(along, shape.get().rank());
    boolean drops = split.input(1).isEmpty() && keeps == 0;
    Dim length = shape.get().dim(axis);
    long size = length instanceof Dim.Known known ? known.size() : -1;
    return sizes(split, size).map(sizes -> new Pieces(axis, sizes, drops));
  }

  /**
   * @param length of the axis; -1 if it is not known
   */
  private Optional<long[]> sizes(Node split, long length) {
    boolean listed =
        fact(split.input(1)).flatMap(Fact::shape).filter(s -> s.rank() == 1).isPresent();
    Optional<long[]> given =
        split.input(1).isEmpty() ? Optional.of(new long[] {1}) : longs(split.input(1));
    if (listed || given.isEmpty()) {
      return given;
    }
    long size = given.get()[0];
    if (length < 1 || size < 1 || (length - 1) / size >= Fact.MOST_ELEMENTS) {
      return Optional.empty();
    }
    long[] sizes = new long[(int) ((length - 1) / size + 1)];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = Math.min(size, length - i * size);
    }
    return Optional.of(sizes);
  }

  private void write(Node split, Pieces pieces, List<Node> readers, List<Integer> places) {
    @Nullable String[] outputs = new String[pieces.sizes().length];
    for (int i = 0; i < readers.size(); i++) {
      Node reader = readers.get(i);
      int place = places.get(i);
      String piece = outputs[place];
      if (piece == null && !pieces.drops()) {
        outputs[place] = reader.output();
        replaced.put(reader, List.of());
      } else {
        piece = piece == null ? names.fresh(split.output()) : piece;
        outputs[place] = piece;
        replaced.put(reader, List.of(taken(reader, piece, pieces)));
      }
    }
    List<String> named = new ArrayList<>();
    for (String output : outputs) {
      named.add(output == null ? names.fresh(split.output()) : output);
    }
    replaced.put(split, List.of(split(split, pieces, named)));
  }

  private Node split(Node node, Pieces pieces, List<String> outputs) {
    List<String> inputs = new ArrayList<>(List.of(node.input(0)));
    Optional<List<Long>> sizes = Optional.empty();
    if (graph.opset() < 13) {
      sizes = Optional.of(Arrays.stream(pieces.sizes()).boxed().toList());
    } else {
      inputs.add(stored(node.output() + "_sizes", pieces.sizes()));
    }
    return new Node(node.name(), new Op.Split(pieces.axis(), sizes), inputs, outputs);
  }

  /** One piece under the name that a node gave it. */
  private Node taken(Node reader, String piece, Pieces pieces) {
    if (!pieces.drops()) {
      return new Node(reader.name(), new Op.Identity(), List.of(piece), reader.outputs());
    }
    boolean attribute = graph.opset() < 13;
    Op squeeze = new Op.Squeeze(attribute ? Optional.of(List.of(pieces.axis())) : Optional.empty());
    List<String> inputs =
        attribute
            ? List.of(piece)
            : List.of(piece, stored(reader.output() + "_axes", pieces.axis()));
    return new Node(reader.name(), squeeze, inputs, reader.outputs());
  }

  private String stored(String name, long... values) {
    String free = names.fresh(name);
    added.put(free, Tensor.ofLongs(values, values.length));
    return free;
  }
}
