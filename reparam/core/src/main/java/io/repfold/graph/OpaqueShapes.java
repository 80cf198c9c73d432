package io.repfold.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Types and shapes of what ops of the ONNX domain compute that have no meaning here, as far as they
 * follow from attributes, constants and the inputs' shapes (docs/Operators.md of ONNX). Where
 * inputs contradict each other nothing is known: such nodes are carried along, not judged.
 */
final class OpaqueShapes {
  /** What is known of the outputs, or of the first ones. */
  private interface Rule {
    List<Fact> of(OpaqueNode node);
  }

  private static final Map<String, Rule> ALL = new HashMap<>();

  static {
    for (String type : List.of("GRU", "LSTM", "RNN")) {
      ALL.put(type, RecurrentShapes::of);
    }
    for (String type :
        List.of(
            "Acos",
            "Acosh",
            "Asin",
            "Asinh",
            "Atan",
            "Atanh",
            "BitwiseNot",
            "Cos",
            "Cosh",
            "CumProd",
            "Dropout",
            "PRelu",
            "ReverseSequence",
            "RotaryEmbedding",
            "Scatter",
            "ScatterElements",
            "ScatterND",
            "Sin",
            "Sinh",
            "Tan",
            "TensorScatter",
            "Trilu")) {
      ALL.put(type, node -> one(node.input(0).type(), node.shape(0)));
    }
    for (String type : List.of("IsInf", "IsNaN", "RegexFullMatch")) {
      ALL.put(type, node -> one(Optional.of(ElementType.BOOL), node.shape(0)));
    }
    for (String type :
        List.of("BitShift", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "StringConcat")) {
      ALL.put(type, node -> one(node.input(0).type(), broadcast(node)));
    }
    ALL.put("Cast", node -> one(node.type("to"), node.shape(0)));
    for (String type : List.of("Add", "Sub", "Mul", "Div")) {
      ALL.put(type, node -> one(node.input(0).type(), broadcastToFirst(node)));
    }
    ALL.put("Xor", node -> one(Optional.of(ElementType.BOOL), broadcast(node)));
    for (String type : List.of("Bernoulli", "EyeLike", "RandomNormalLike", "RandomUniformLike")) {
      ALL.put(type, node -> one(node.type("dtype").or(node.input(0)::type), node.shape(0)));
    }
    for (String type : List.of("RandomNormal", "RandomUniform")) {
      ALL.put(type, node -> one(orFloat(node.type("dtype")), random(node)));
    }
    for (String type : List.of("BlackmanWindow", "HammingWindow", "HannWindow")) {
      ALL.put(type, signal(SignalShapes::window));
    }
    ALL.put("MelWeightMatrix", signal(SignalShapes::mel));
    ALL.put("DFT", like(SignalShapes::dft));
    ALL.put("STFT", like(SignalShapes::stft));
    ALL.put("DeformConv", like(node -> OpaqueImageShapes.convolution(node, 0, 1)));
    ALL.put("LpPool", like(OpaqueImageShapes::lpPool));
    ALL.put("GridSample", like(OpaqueImageShapes::gridSample));
    ALL.put("AffineGrid", like(OpaqueImageShapes::affineGrid));
    ALL.put("Col2Im", like(OpaqueImageShapes::col2Im));
    ALL.put("CenterCropPad", like(OpaqueImageShapes::centerCropPad));
    ALL.put("MaxRoiPool", like(OpaqueImageShapes::maxRoiPool));
    ALL.put(
        "RoiAlign",
        like(
            node ->
                OpaqueImageShapes.regions(
                    node, node.integer("output_height", 1), node.integer("output_width", 1))));
    Optional<ElementType> int32 = Optional.of(ElementType.INT32);
    ALL.put("ConvInteger", node -> one(int32, OpaqueImageShapes.convolution(node, 0, 1)));
    ALL.put("MatMulInteger", node -> one(int32, node.as(new Op.MatMul(), 0, 1)));
    ALL.put(
        "QLinearConv",
        node -> one(node.input(7).type(), OpaqueImageShapes.convolution(node, 0, 3)));
    ALL.put("QLinearMatMul", node -> one(node.input(7).type(), node.as(new Op.MatMul(), 0, 3)));
    ALL.put("DynamicQuantizeLinear", OpaqueShapes::quantized);
    ALL.put("GatherElements", like(node -> node.shape(1)));
    ALL.put("Det", like(OpaqueShapes::withoutMatrix));
    ALL.put("ArgMin", node -> one(Optional.of(ElementType.INT64), argMin(node)));
    ALL.put("OneHot", node -> one(node.input(2).type(), oneHot(node)));
    ALL.put("Compress", like(OpaqueShapes::compressed));
    ALL.put("NonZero", node -> one(Optional.of(ElementType.INT64), nonZero(node)));
    ALL.put(
        "NonMaxSuppression",
        node ->
            one(
                Optional.of(ElementType.INT64),
                Optional.of(new Shape(List.of(Dim.unknown(), Dim.of(3))))));
    ALL.put("Multinomial", node -> one(node.type("dtype").or(() -> int32), samples(node)));
    ALL.put("NegativeLogLikelihoodLoss", like(OpaqueShapes::loss));
    ALL.put(
        "SoftmaxCrossEntropyLoss",
        node ->
            List.of(
                one(node.input(0).type(), loss(node)).get(0),
                Fact.of(node.input(0).type(), node.shape(0))));
    ALL.put("Attention", like(OpaqueShapes::attention));
  }

  private OpaqueShapes() {}

  /** One fact an output. */
  static List<Fact> of(Node node, Op.Opaque op, List<@Nullable Fact> inputs, int opset) {
    Rule rule = op.domain().isEmpty() ? ALL.get(op.type()) : null;
    List<Fact> facts = new ArrayList<>();
    if (rule != null) {
      try {
        facts.addAll(rule.of(new OpaqueNode(node, op, inputs, opset)));
      } catch (IllegalArgumentException | ArithmeticException e) {
        facts.clear();
      }
    }
    int outputs = node.outputs().size();
    facts.addAll(Collections.nCopies(Math.max(0, outputs - facts.size()), Fact.NOTHING));
    return facts.subList(0, outputs);
  }

  private static List<Fact> one(Optional<ElementType> type, Optional<Shape> shape) {
    return List.of(Fact.of(type, shape));
  }

  /** Of the type of the first input. */
  private static Rule like(Function<OpaqueNode, Optional<Shape>> shape) {
    return node -> one(node.input(0).type(), shape.apply(node));
  }

  private static Rule signal(Function<OpaqueNode, Optional<Shape>> shape) {
    return node -> one(orFloat(node.type("output_datatype")), shape.apply(node));
  }

  private static Optional<ElementType> orFloat(Optional<ElementType> type) {
    return type.or(() -> Optional.of(ElementType.FLOAT));
  }

  private static Optional<Shape> broadcast(OpaqueNode node) {
    return node.shape(0).flatMap(a -> node.shape(1).map(b -> DimMath.broadcast(a, b)));
  }

  /** Before opset 7, the second input broadcasts to the first if an attribute says so. */
  private static Optional<Shape> broadcastToFirst(OpaqueNode node) {
    return node.opset() < 7 ? node.shape(0) : Optional.empty();
  }

  private static Optional<Shape> random(OpaqueNode node) {
    long[] sizes = node.integers("shape").stream().mapToLong(Integer::longValue).toArray();
    return sizes.length == 0 ? Optional.empty() : Optional.of(Shape.of(sizes));
  }

  private static List<Fact> quantized(OpaqueNode node) {
    return List.of(
        Fact.of(Optional.of(ElementType.UINT8), node.shape(0)),
        Fact.of(Optional.of(ElementType.FLOAT), Optional.of(Shape.of())),
        Fact.of(Optional.of(ElementType.UINT8), Optional.of(Shape.of())));
  }

  private static Optional<Shape> withoutMatrix(OpaqueNode node) {
    return node.shape(0)
        .filter(x -> x.rank() >= 2)
        .map(x -> new Shape(x.dims().subList(0, x.rank() - 2)));
  }

  private static Optional<Shape> argMin(OpaqueNode node) {
    int axis = Math.toIntExact(node.integer("axis", 0));
    return node.as(new Op.ArgMax(axis, node.integer("keepdims", 1) != 0, false), 0);
  }

  /** A new axis as long as depth says. */
  private static Optional<Shape> oneHot(OpaqueNode node) {
    return node.shape(0)
        .map(
            indices -> {
              List<Dim> dims = new ArrayList<>(indices.dims());
              long axis = node.integer("axis", -1);
              dims.add(Layout.axis(axis, dims.size() + 1), node.size(1));
              return new Shape(dims);
            });
  }

  private static Optional<Shape> compressed(OpaqueNode node) {
    Optional<Long> axis = node.integer("axis");
    if (axis.isEmpty()) {
      return Optional.of(WindowShapes.unknown(1));
    }
    return node.shape(0)
        .map(
            x -> {
              List<Dim> dims = new ArrayList<>(x.dims());
              dims.set(Layout.axis(axis.get(), x.rank()), Dim.unknown());
              return new Shape(dims);
            });
  }

  private static Optional<Shape> nonZero(OpaqueNode node) {
    Dim rank =
        node.shape(0).filter(x -> x.rank() >= 1).map(x -> Dim.of(x.rank())).orElse(Dim.unknown());
    return Optional.of(new Shape(List.of(rank, Dim.unknown())));
  }

  private static Optional<Shape> samples(OpaqueNode node) {
    Dim batch = node.shape(0, 2).map(x -> x.dim(0)).orElse(Dim.unknown());
    return Optional.of(new Shape(List.of(batch, Dim.of(node.integer("sample_size", 1)))));
  }

  private static Optional<Shape> loss(OpaqueNode node) {
    return node.text("reduction", "mean").equals("none") ? node.shape(1) : Optional.of(Shape.of());
  }

  /**
   * Q {@code [batch, heads, length, size]} and V {@code [batch, heads, keys, out]}, or the same
   * with the heads in the last axis.
   */
  private static Optional<Shape> attention(OpaqueNode node) {
    Optional<Shape> q = node.shape(0);
    Optional<Shape> v = node.shape(2);
    if (q.isEmpty() || v.isEmpty() || q.get().rank() != v.get().rank()) {
      return Optional.empty();
    }
    if (q.get().rank() == 4) {
      return Optional.of(
          new Shape(List.of(q.get().dim(0), q.get().dim(1), q.get().dim(2), v.get().dim(3))));
    }
    long queries = node.integer("q_num_heads", 0);
    long keys = node.integer("kv_num_heads", 0);
    if (q.get().rank() != 3 || keys < 1 || queries < 1) {
      return Optional.empty();
    }
    Dim width =
        v.get().dim(2) instanceof Dim.Known known
            ? Dim.of(known.size() / keys * queries)
            : Dim.unknown();
    return Optional.of(new Shape(List.of(q.get().dim(0), q.get().dim(1), width)));
  }
}
