package io.repfold.fold;

import io.repfold.graph.DeadCode;
import io.repfold.graph.Dim;
import io.repfold.graph.ElementType;
import io.repfold.graph.FreeNames;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Writes the graph that an analysis has chosen: what stays, stays as it is; a folded form becomes
 * one Conv a term.
 */
final class FoldedGraphWriter {
  /** The opset from which a Gemm needs no C. */
  private static final int BIAS_IS_OPTIONAL = 11;

  private final Analysis analysis;
  private final Graph graph;
  private final Set<String> visited = new HashSet<>();
  private final Map<String, List<Node>> replacements = new LinkedHashMap<>();
  private final Set<Node> kept =
      java.util.Collections.newSetFromMap(new java.util.IdentityHashMap<>());
  private final List<Planned> planned = new ArrayList<>();
  private final FreeNames names;

  /**
   * A Conv, Gemm or MatMul to be made.
   *
   * @param target the value of the graph whose form it is part of
   */
  record Planned(
      String target,
      String output,
      String weight,
      Optional<String> bias,
      Affine map,
      Carrier carrier,
      ElementType type) {}

  FoldedGraphWriter(Analysis analysis) {
    this.analysis = analysis;
    this.graph = analysis.graph();
    names = FreeNames.ofValues(graph);
    graph.outputs().forEach(v -> need(v.name()));
    // Nodes with no wanted outputs but effects of their own do not exist in ONNX; unread nodes are
    // dead.
  }

  /** The convolutions to be made, in the order in which they were found. */
  List<Planned> planned() {
    return planned;
  }

  /** The folded values, in the graph's order. */
  List<String> targets() {
    return graph.nodes().stream()
        .flatMap(n -> n.outputs().stream())
        .filter(replacements::containsKey)
        .toList();
  }

  /** The nodes that stay. */
  List<Node> kept() {
    return graph.nodes().stream().filter(kept::contains).toList();
  }

  boolean isKept(Node node) {
    return kept.contains(node);
  }

  /** The nodes that take the place of the node that made {@code target}. */
  List<Node> replacement(String target) {
    return replacements.getOrDefault(target, List.of());
  }

  /** The folded graph, with the numbers of the planned convolutions. */
  Graph graph(Map<String, Tensor> numbers) {
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      List<Node> instead = node.outputs().isEmpty() ? null : replacements.get(node.output());
      if (instead != null) {
        nodes.addAll(instead);
      } else if (kept.contains(node)) {
        nodes.add(node);
      }
    }
    Map<String, String> shared = shared(numbers);
    nodes.replaceAll(node -> reading(node, shared));
    Graph.Builder builder = graph.toBuilder().replaceNodes(nodes);
    numbers.forEach(builder::initializer);
    return DeadCode.withoutUnread(builder);
  }

  /**
   * Convolutions that shared one weight go on sharing it where they became equal: by the name of
   * each new weight, that of the first one that is equal.
   */
  private Map<String, String> shared(Map<String, Tensor> numbers) {
    Map<String, List<String>> byOrigin = new HashMap<>();
    Map<String, String> shared = new HashMap<>();
    for (Planned made : planned) {
      Tensor weight = numbers.get(made.weight());
      Optional<Node> contraction = analysis.foldedForm(made.target()).flatMap(this::contractionIn);
      if (weight == null || contraction.isEmpty()) {
        continue;
      }
      List<String> others =
          byOrigin.computeIfAbsent(weightName(contraction.get()), k -> new ArrayList<>());
      Optional<String> equal =
          others.stream().filter(other -> weight.equals(numbers.get(other))).findFirst();
      equal.ifPresentOrElse(
          other -> shared.put(made.weight(), other), () -> others.add(made.weight()));
    }
    return shared;
  }

  private static Node reading(Node node, Map<String, String> names) {
    if (node.inputs().stream().noneMatch(names::containsKey)) {
      return node;
    }
    List<String> inputs = node.inputs().stream().map(i -> names.getOrDefault(i, i)).toList();
    return new Node(node.name(), node.op(), inputs, node.outputs());
  }

  private String weightName(Node contraction) {
    boolean left =
        contraction.op() instanceof Op.MatMul && graph.constant(contraction.input(1)).isEmpty();
    return contraction.input(left ? 0 : 1);
  }

  private void need(String start) {
    var open = new java.util.ArrayDeque<>(List.of(start));
    while (!open.isEmpty()) {
      String value = open.pop();
      if (!visited.add(value)) {
        continue;
      }
      Optional<Node> producer = graph.producer(value);
      if (producer.isEmpty()) {
        continue;
      }
      Optional<Form> form = analysis.foldedForm(value);
      if (form.isPresent()) {
        emit(value, producer.get(), form.get(), open);
      } else {
        kept.add(producer.get());
        producer.get().inputs().forEach(open::push);
        if (producer.get().op() instanceof Op.Opaque opaque) {
          opaque.captures().forEach(open::push);
        }
      }
    }
  }

  private void emit(String target, Node original, Form form, java.util.Deque<String> open) {
    List<Node> nodes = new ArrayList<>();
    List<String> parts = new ArrayList<>();
    boolean alone = form.terms().size() == 1;
    Optional<Node> contraction = contractionIn(form);
    ElementType type = type(contraction, form);
    String name = contraction.map(Node::name).orElse(original.name());
    for (Term term : form.terms()) {
      Optional<String> there = term.origin().filter(o -> !o.equals(target));
      if (there.isPresent()) {
        open.push(there.get());
        parts.add(there.get());
        continue;
      }
      open.push(term.source());
      if (term.map().isIdentity()) {
        parts.add(term.source());
        continue;
      }
      String output = alone ? target : names.freshPart(target + "/part");
      nodes.addAll(
          term.written() == Carrier.CONV
              ? convolution(target, output, name, term, type)
              : product(target, output, name, term, type));
      parts.add(output);
    }
    String sum = parts.get(0);
    for (int i = 1; i < parts.size(); i++) {
      String output = i == parts.size() - 1 ? target : names.freshPart(target + "/sum");
      nodes.add(
          new Node(
              output,
              new Op.Binary(Op.Binary.Function.ADD),
              List.of(sum, parts.get(i)),
              List.of(output)));
      sum = output;
    }
    if (!sum.equals(target)) {
      nodes.add(new Node(original.name(), new Op.Identity(), List.of(sum), List.of(target)));
    }
    replacements.put(target, nodes);
  }

  private List<Node> convolution(
      String target, String output, String name, Term term, ElementType type) {
    Affine map = term.map();
    List<Node> nodes = new ArrayList<>();
    Pads pads = map.openPadding().isPresent() ? Pads.none(map.rank()) : Pads.of(map);
    String source = term.source();
    if (mayCropMoreThanThereIs(source, pads)) {
      source = padded(source, pads, nodes);
      pads = pads.negativeOnes();
    }
    source = cropped(source, pads, nodes);
    String weight = names.freshPart(output + "/weight");
    Optional<String> bias =
        map.hasBias() ? Optional.of(names.freshPart(output + "/bias")) : Optional.empty();
    List<String> inputs = new ArrayList<>(List.of(source, weight));
    bias.ifPresent(inputs::add);
    String label = name.isEmpty() || !output.equals(target) ? output : name;
    nodes.add(
        new Node(
            label,
            new Op.Conv(window(map, pads), map.weights().groups()),
            inputs,
            List.of(output)));
    planned.add(new Planned(target, output, weight, bias, map, Carrier.CONV, type));
    return nodes;
  }

  /** A Gemm, or a MatMul with an Add for a bias. */
  private List<Node> product(
      String target, String output, String name, Term term, ElementType type) {
    Affine map = term.map();
    Carrier carrier = term.written();
    String label = name.isEmpty() || !output.equals(target) ? output : name;
    String weight = names.freshPart(output + "/weight");
    boolean biased = map.hasBias() || carrier == Carrier.GEMM && graph.opset() < BIAS_IS_OPTIONAL;
    Optional<String> bias =
        biased ? Optional.of(names.freshPart(output + "/bias")) : Optional.empty();
    planned.add(new Planned(target, output, weight, bias, map, carrier, type));
    if (carrier == Carrier.GEMM) {
      List<String> inputs = new ArrayList<>(List.of(term.source(), weight));
      bias.ifPresent(inputs::add);
      return List.of(new Node(label, new Op.Gemm(1, 1, false, true), inputs, List.of(output)));
    }
    String product = bias.isPresent() ? names.freshPart(output + "/product") : output;
    List<String> factors =
        carrier == Carrier.LEFT_MATMUL
            ? List.of(weight, term.source())
            : List.of(term.source(), weight);
    List<Node> nodes = new ArrayList<>();
    nodes.add(new Node(label, new Op.MatMul(), factors, List.of(product)));
    bias.ifPresent(
        b ->
            nodes.add(
                new Node(
                    b,
                    new Op.Binary(Op.Binary.Function.ADD),
                    List.of(product, b),
                    List.of(output))));
    return nodes;
  }

  /** The first node of a form with a weight. */
  private Optional<Node> contractionIn(Form form) {
    return form.covered().nodes().filter(node -> weight(node).isPresent()).findFirst();
  }

  private Optional<Tensor> weight(Node node) {
    if (node.op() instanceof Op.MatMul) {
      return graph.constant(node.input(1)).or(() -> graph.constant(node.input(0)));
    }
    return node.op() instanceof Op.Conv || node.op() instanceof Op.Gemm
        ? graph.constant(node.input(1))
        : Optional.empty();
  }

  /** The type of the weights in a form; without any, that of what it reads. */
  private ElementType type(Optional<Node> contraction, Form form) {
    return contraction
        .flatMap(this::weight)
        .map(Tensor::type)
        .or(() -> analysis.facts().type(form.terms().get(0).source()))
        .orElse(ElementType.FLOAT);
  }

  /** Pads of the spatial axes; negative where they crop. */
  private record Pads(int[] begin, int[] end) {
    static Pads of(Affine map) {
      return new Pads(
          IntStream.range(0, map.rank()).map(map::padBegin).toArray(),
          IntStream.range(0, map.rank()).map(map::padEnd).toArray());
    }

    static Pads none(int rank) {
      return new Pads(new int[rank], new int[rank]);
    }

    Pads positiveOnes() {
      return new Pads(
          Arrays.stream(begin).map(p -> Math.max(0, p)).toArray(),
          Arrays.stream(end).map(p -> Math.max(0, p)).toArray());
    }

    Pads negativeOnes() {
      return new Pads(
          Arrays.stream(begin).map(p -> Math.min(0, p)).toArray(),
          Arrays.stream(end).map(p -> Math.min(0, p)).toArray());
    }

    /** The begins of all axes, then the ends of all axes. */
    IntStream all() {
      return IntStream.concat(Arrays.stream(begin), Arrays.stream(end));
    }
  }

  private static Window window(Affine map, Pads pads) {
    if (map.openPadding().isPresent()) {
      return map.openPadding().get();
    }
    return Window.of(
        IntStream.of(map.stride()).boxed().toList(),
        IntStream.range(0, map.rank()).mapToObj(map.taps()::step).toList(),
        pads.positiveOnes().all().boxed().toList());
  }

  /**
   * Whether an axis is cropped on one side, padded on the other, and perhaps shorter than what is
   * cropped: then it must be padded first.
   */
  private boolean mayCropMoreThanThereIs(String source, Pads pads) {
    Optional<Shape> shape = analysis.facts().shape(source);
    for (int axis = 0; axis < pads.begin.length; axis++) {
      int crop = -Math.min(pads.begin[axis], pads.end[axis]);
      boolean both = crop > 0 && Math.max(pads.begin[axis], pads.end[axis]) > 0;
      boolean longer =
          shape.isPresent()
              && shape.get().dim(axis + 2) instanceof Dim.Known known
              && known.size() > crop;
      if (both && !longer) {
        return true;
      }
    }
    return false;
  }

  /** Puts zeros around the image where the pads are positive. */
  private String padded(String source, Pads pads, List<Node> nodes) {
    Pads positive = pads.positiveOnes();
    long[] amounts =
        Stream.of(new int[2], positive.begin, new int[2], positive.end)
            .flatMapToInt(Arrays::stream)
            .asLongStream()
            .toArray();
    String output = names.freshPart(source + "/padded");
    Optional<List<Long>> attribute =
        graph.opset() < 11
            ? Optional.of(LongStream.of(amounts).boxed().toList())
            : Optional.empty();
    List<String> inputs = new ArrayList<>(List.of(source));
    if (attribute.isEmpty()) {
      inputs.add(constant(output + "/pads", amounts, nodes));
    }
    Op pad = new Op.Pad(Op.Pad.Mode.CONSTANT, attribute, OptionalDouble.empty());
    nodes.add(new Node(output, pad, inputs, List.of(output)));
    return output;
  }

  /** Conv takes no negative pads: what it would crop is sliced off before. */
  private String cropped(String source, Pads pads, List<Node> nodes) {
    int[] axes =
        IntStream.range(0, pads.begin.length)
            .filter(a -> pads.begin[a] < 0 || pads.end[a] < 0)
            .toArray();
    if (axes.length == 0) {
      return source;
    }
    long[] starts = Arrays.stream(axes).mapToLong(a -> Math.max(0, -pads.begin[a])).toArray();
    long[] ends =
        Arrays.stream(axes)
            .mapToLong(a -> pads.end[a] < 0 ? pads.end[a] : Integer.MAX_VALUE)
            .toArray();
    String output = names.freshPart(source + "/cropped");
    if (graph.opset() < 10) {
      var bounds =
          new Op.Slice.Bounds(
              Arrays.stream(starts).boxed().toList(),
              Arrays.stream(ends).boxed().toList(),
              Arrays.stream(axes).map(a -> a + 2).boxed().toList());
      nodes.add(
          new Node(output, new Op.Slice(Optional.of(bounds)), List.of(source), List.of(output)));
      return output;
    }
    List<String> inputs = new ArrayList<>(List.of(source));
    inputs.add(constant(output + "/starts", starts, nodes));
    inputs.add(constant(output + "/ends", ends, nodes));
    inputs.add(
        constant(output + "/axes", Arrays.stream(axes).mapToLong(a -> a + 2L).toArray(), nodes));
    nodes.add(new Node(output, new Op.Slice(Optional.empty()), inputs, List.of(output)));
    return output;
  }

  private String constant(String name, long[] values, List<Node> nodes) {
    String output = names.freshPart(name);
    nodes.add(
        new Node(
            output,
            new Op.Constant(Tensor.ofLongs(values, values.length)),
            List.of(),
            List.of(output)));
    return output;
  }
}
