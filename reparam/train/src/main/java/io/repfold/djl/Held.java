package io.repfold.djl;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Tensors that the structure of a graph shows to be no parameters, each with the reason:
 *
 * <ul>
 *   <li>the first scale and shift of the images, before anything but arithmetic with tensors;
 *   <li>a kernel that is the same in all channels of a depthwise convolution, and not one number,
 *       as a blur's is;
 *   <li>a mask of zeros and ones that a weight is multiplied by, as pruning leaves it, and one of
 *       zeros and at most -100 that is added to scores, as between the windows of Swin;
 *   <li>the vectors of a spectral normalization, {@code w / (u W v)} (Miyato et al., ICLR 2018);
 *   <li>a batch normalization that is spelled out: what is added to epsilon under a root is a
 *       variance, and what the scale that is made of it multiplies and is subtracted, a mean. If
 *       all of the scale is computed from tensors, as in torchvision's FrozenBatchNorm2d, the other
 *       two are fixed as well.
 * </ul>
 */
final class Held {
  private static final double LARGEST_EPSILON = 0.01;
  private static final double LARGEST_BARRIER = -100;

  private final Graph graph;
  private final Predicate<String> content;
  private final Map<String, String> reasons = new LinkedHashMap<>();

  /** What is computed from variances, if means show that they are, with these. */
  private final Map<String, Set<String>> ofVariances = new HashMap<>();

  private Held(Graph graph, Predicate<String> content) {
    this.graph = graph;
    this.content = content;
  }

  /**
   * @param content which values depend on the images' content
   * @return reasons by name of the tensor
   */
  static Map<String, String> of(Graph graph, Predicate<String> content) {
    Held held = new Held(graph, content);
    held.holdImageScales();
    graph.nodes().forEach(held::visit);
    return held.reasons;
  }

  private void hold(Optional<String> tensor, String reason) {
    tensor.ifPresent(name -> reasons.putIfAbsent(name, reason));
  }

  /** The tensor that a value is, apart from its shape and the order of its axes. */
  private Optional<String> tensor(String value) {
    String name = LearnedTensors.source(graph, value);
    return graph.constant(name).filter(t -> t.type().isFloat()).map(t -> name);
  }

  private void holdImageScales() {
    Deque<String> images = new ArrayDeque<>();
    graph.requiredInputs().stream().map(Value::name).forEach(images::add);
    Set<String> seen = new HashSet<>(images);
    Set<String> scales = new LinkedHashSet<>();
    boolean reachesKernel = false;
    while (!images.isEmpty()) {
      String image = images.remove();
      for (Node node : graph.readers(image)) {
        boolean elementwise =
            node.op() instanceof Op.Binary b
                && isArithmetic(b.function())
                && node.inputs().stream().filter(content).count() == 1;
        if (elementwise) {
          node.inputs().stream()
              .flatMap(input -> tensor(input).stream())
              .filter(this::isPerChannel)
              .forEach(scales::add);
        }
        if (elementwise || LearnedTensors.moves(node.op()) || node.op() instanceof Op.Cast) {
          node.outputs().stream().filter(seen::add).forEach(images::add);
        }
        reachesKernel |= LearnedTensors.hasKernel(node.op());
      }
    }
    if (reachesKernel) {
      scales.forEach(name -> hold(Optional.of(name), "a scale or shift of the images"));
    }
  }

  private boolean isPerChannel(String tensor) {
    return Arrays.stream(graph.constant(tensor).orElseThrow().dims()).filter(d -> d > 1).count()
        <= 1;
  }

  private static boolean isArithmetic(Op.Binary.Function function) {
    return switch (function) {
      case ADD, SUB, MUL, DIV -> true;
      case POW, EQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, AND, OR -> false;
    };
  }

  private void visit(Node node) {
    if (node.outputs().isEmpty()) {
      return;
    }
    if (node.op() instanceof Op.Conv conv && conv.groups() > 1) {
      blur(node, conv.groups());
    } else if (node.op() instanceof Op.Unary unary && unary.function() == Op.Unary.Function.SQRT) {
      variance(node);
    } else if (node.op() instanceof Op.Binary binary) {
      visit(node, binary.function());
    }
    boolean derived =
        LearnedTensors.moves(node.op())
            || node.op() instanceof Op.Unary
            || node.op() instanceof Op.Binary binary && isArithmetic(binary.function());
    if (derived && !isContent(node)) {
      node.inputs().forEach(input -> derive(node.output(), ofVariances.get(input)));
    }
  }

  private void derive(String value, @Nullable Set<String> variances) {
    if (variances != null) {
      ofVariances.computeIfAbsent(value, v -> new LinkedHashSet<>()).addAll(variances);
    }
  }

  private boolean isContent(Node node) {
    return node.inputs().stream().anyMatch(content);
  }

  private void visit(Node node, Op.Binary.Function function) {
    String a = node.input(0);
    String b = node.input(1);
    switch (function) {
      case MUL -> {
        mask(a, b);
        mask(b, a);
      }
      case SUB -> means(node, a, b);
      case DIV -> spectral(a, b);
      case ADD -> {
        barrier(a);
        barrier(b);
      }
      case POW, EQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, AND, OR -> {}
    }
  }

  private void blur(Node node, int channels) {
    Optional<String> name = tensor(node.input(1));
    if (name.isEmpty()) {
      return;
    }
    Tensor kernel = graph.constant(name.get()).orElseThrow();
    boolean depthwise = kernel.rank() == 4 && kernel.dims()[0] == channels && kernel.dims()[1] == 1;
    if (depthwise && !kernel.isUniform() && repeats(kernel.toDoubles(), channels)) {
      hold(name, "a kernel that is the same in all channels");
    }
  }

  private static boolean repeats(double[] values, int times) {
    int period = values.length / times;
    return IntStream.range(period, values.length).allMatch(i -> values[i] == values[i - period]);
  }

  private void variance(Node root) {
    Optional<Node> sum = graph.producer(root.input(0));
    if (sum.isEmpty()
        || !(sum.get().op() instanceof Op.Binary binary)
        || binary.function() != Op.Binary.Function.ADD) {
      return;
    }
    for (int i = 0; i < 2; i++) {
      Optional<String> tensor = tensor(sum.get().input(i));
      if (tensor.isPresent() && isEpsilon(sum.get().input(1 - i)) && !isNumber(tensor.get())) {
        derive(root.output(), Set.of(tensor.get()));
      }
    }
  }

  private boolean isNumber(String tensor) {
    return graph.constant(tensor).filter(t -> t.size() == 1).isPresent();
  }

  private boolean isEpsilon(String value) {
    Optional<Tensor> number =
        tensor(value).flatMap(graph::constant).filter(tensor -> tensor.size() == 1);
    return number.isPresent()
        && number.get().doubleAt(0) > 0
        && number.get().doubleAt(0) <= LARGEST_EPSILON;
  }

  private void mask(String mask, String weight) {
    Optional<Tensor> zerosAndOnes = tensor(mask).flatMap(graph::constant);
    Optional<Tensor> weights = tensor(weight).flatMap(graph::constant);
    if (zerosAndOnes.isPresent()
        && weights.isPresent()
        && !zerosAndOnes.get().isUniform()
        && zerosAndOnes.get().size() == weights.get().size()
        && isMask(zerosAndOnes.get())
        && !isMask(weights.get())) {
      hold(tensor(mask), "a mask of zeros and ones");
    }
  }

  /** Zeros, and numbers that make a probability vanish. */
  private void barrier(String added) {
    Optional<Tensor> tensor = tensor(added).flatMap(graph::constant);
    if (tensor.isPresent() && tensor.get().size() > 1) {
      double[] values = tensor.get().toDoubles();
      if (Arrays.stream(values).allMatch(v -> v == 0 || v <= LARGEST_BARRIER)
          && Arrays.stream(values).anyMatch(v -> v != 0)) {
        hold(tensor(added), "a mask that is added to scores");
      }
    }
  }

  private static boolean isMask(Tensor tensor) {
    for (int i = 0; i < tensor.size(); i++) {
      double value = tensor.doubleAt(i);
      if (value != 0 && value != 1) {
        return false;
      }
    }
    return true;
  }

  /** {@code bias - mean * scale}, or {@code (x - mean) * scale}. */
  private void means(Node difference, String from, String what) {
    if (content.test(from)) {
      Set<String> scales =
          graph.readers(difference.output()).stream()
              .flatMap(reader -> reader.inputs().stream())
              .filter(ofVariances::containsKey)
              .collect(Collectors.toCollection(LinkedHashSet::new));
      rootThatDivides(difference).ifPresent(scales::add);
      if (!scales.isEmpty() && tensor(what).isPresent()) {
        normalization(tensor(what), scales);
      }
      return;
    }
    Optional<Node> product = graph.producer(what).filter(n -> isProduct(n.op()));
    if (product.isEmpty() || !ofVariances.containsKey(what)) {
      return;
    }
    for (int i = 0; i < 2; i++) {
      if (ofVariances.containsKey(product.get().input(i))) {
        normalization(tensor(product.get().input(1 - i)), Set.of(product.get().input(i)));
        hold(tensor(from), "the shift of a frozen batch normalization");
        scale(product.get().input(i));
      }
    }
  }

  private void normalization(Optional<String> mean, Set<String> scales) {
    hold(mean, "the mean of a batch normalization");
    scales.stream()
        .flatMap(scale -> ofVariances.getOrDefault(scale, Set.of()).stream())
        .forEach(v -> hold(Optional.of(v), "the variance of a batch normalization"));
  }

  /** A root that is computed after the difference. */
  private Optional<String> rootThatDivides(Node difference) {
    for (Node reader : graph.readers(difference.output())) {
      if (reader.op() instanceof Op.Binary binary
          && binary.function() == Op.Binary.Function.DIV
          && reader.input(0).equals(difference.output())) {
        Optional<Node> root = graph.producer(LearnedTensors.source(graph, reader.input(1)));
        if (root.isPresent()
            && root.get().op() instanceof Op.Unary unary
            && unary.function() == Op.Unary.Function.SQRT) {
          variance(root.get());
          return Optional.of(root.get().output()).filter(ofVariances::containsKey);
        }
      }
    }
    return Optional.empty();
  }

  private static boolean isProduct(Op op) {
    return op instanceof Op.Binary binary && binary.function() == Op.Binary.Function.MUL;
  }

  /** {@code weight / sqrt(variance + epsilon)}, or the product of weight and the inverse. */
  private void scale(String value) {
    Optional<Node> node = graph.producer(LearnedTensors.source(graph, value));
    if (node.isPresent() && node.get().op() instanceof Op.Binary) {
      node.get().inputs().stream()
          .map(this::tensor)
          .filter(t -> t.isPresent() && !isNumber(t.get()))
          .forEach(t -> hold(t, "the scale of a frozen batch normalization"));
    }
  }

  private void spectral(String weight, String norm) {
    Optional<String> divided = tensor(weight);
    if (divided.isEmpty() || content.test(norm)) {
      return;
    }
    Set<String> within = new LinkedHashSet<>();
    boolean multiplies = collect(norm, within, new HashSet<>());
    if (multiplies && within.contains(divided.get())) {
      within.stream()
          .filter(name -> !name.equals(divided.get()) && !isNumber(name) && isPerChannel(name))
          .forEach(name -> hold(Optional.of(name), "a vector of a spectral normalization"));
    }
  }

  /** Collects the tensors that a value is computed from; whether there is a product of matrices. */
  private boolean collect(String value, Set<String> tensors, Set<String> seen) {
    if (value.isEmpty() || !seen.add(value)) {
      return false;
    }
    Optional<String> tensor = tensor(value);
    tensor.ifPresent(tensors::add);
    Optional<Node> node = tensor.isPresent() ? Optional.empty() : graph.producer(value);
    if (node.isEmpty()) {
      return false;
    }
    boolean found = node.get().op() instanceof Op.MatMul || node.get().op() instanceof Op.Gemm;
    for (String input : node.get().inputs()) {
      found |= collect(input, tensors, seen);
    }
    return found;
  }
}
