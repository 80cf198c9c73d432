package io.repfold.djl;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.kit.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One node that is trained by its parts, in the opset given. Scales and shifts are inputs like the
 * image, so that all are probed.
 */
final class OpaqueCases {
  private final String type;
  private final int opset;
  private final Map<String, Object> attributes = new LinkedHashMap<>();
  private final Map<String, Tensor> constants = new LinkedHashMap<>();
  private final List<String> outputs = new ArrayList<>(List.of("y"));
  private Optional<Op> modeled = Optional.empty();
  private Optional<Op> before = Optional.empty();
  private boolean added;
  private boolean runtime = true;

  private OpaqueCases(String type, int opset) {
    this.type = type;
    this.opset = opset;
  }

  private static OpaqueCases of(String type, int opset) {
    return new OpaqueCases(type, opset);
  }

  /** A modeled op. */
  private static OpaqueCases of(Op op, int opset) {
    OpaqueCases cases = new OpaqueCases(op.toString(), opset);
    cases.modeled = Optional.of(op);
    return cases;
  }

  private OpaqueCases with(String attribute, Object value) {
    attributes.put(attribute, value);
    return this;
  }

  /** A constant after the inputs. */
  private OpaqueCases constant(String name, Tensor value) {
    constants.put(name, value);
    return this;
  }

  private OpaqueCases outputs(String... more) {
    outputs.addAll(List.of(more));
    return this;
  }

  /** What is applied to the first input before. */
  private OpaqueCases after(Op op) {
    before = Optional.of(op);
    return this;
  }

  /** Adds the first input to the output, which has no slope of its own. */
  private OpaqueCases addedToInput() {
    added = true;
    return this;
  }

  private OpaqueCases unknownToRuntime() {
    runtime = false;
    return this;
  }

  private Case on(long[]... shapes) {
    Graph.Builder graph = new Graph.Builder(type).opset("", opset);
    List<String> inputs = new ArrayList<>();
    for (int i = 0; i < shapes.length; i++) {
      String name = "x" + i;
      graph.input(Value.of(name, ElementType.FLOAT, Shape.of(shapes[i])));
      inputs.add(name);
    }
    if (before.isPresent()) {
      graph.node(before.get(), List.of("x0"), "before");
      inputs.set(0, "before");
    }
    constants.forEach(graph::initializer);
    inputs.addAll(constants.keySet());
    Op op = modeled.orElseGet(() -> new Op.Opaque("", type, attributes, List.of()));
    graph.node(new Node("node", op, inputs, outputs));
    for (String output : outputs) {
      graph.output(new Value(output, Optional.of(ElementType.FLOAT), Optional.empty()));
    }
    if (added) {
      graph.node(new Op.Binary(Op.Binary.Function.ADD), List.of("x0", "y"), "sum");
      graph.replaceOutputs(
          List.of(new Value("sum", Optional.of(ElementType.FLOAT), Optional.empty())));
    }
    return new Case(
        "%s-%d %s of %s".formatted(type, opset, attributes, sizes(shapes)),
        graph.build(),
        List.of(shapes),
        runtime);
  }

  private static String sizes(long[][] shapes) {
    List<Shape> sizes = new ArrayList<>();
    for (long[] shape : shapes) {
      sizes.add(Shape.of(shape));
    }
    return sizes.toString();
  }

  private static long[] dims(long... dims) {
    return dims;
  }

  static List<Case> all() {
    List<Case> all = new ArrayList<>();
    all.addAll(normalizations());
    all.addAll(reductions());
    all.addAll(activations());
    all.addAll(products());
    all.addAll(images());
    return all;
  }

  private static List<Case> normalizations() {
    long[] c3 = dims(3);
    OpaqueCases instance = of(new Op.InstanceNormalization(1e-2f), 17);
    return List.of(
        instance.on(dims(2, 3, 5), c3, c3),
        instance.on(dims(2, 3, 4, 5), c3, c3),
        instance.on(dims(2, 3, 2, 3, 4), c3, c3),
        of("GroupNormalization", 18)
            .with("num_groups", 3L)
            .unknownToRuntime()
            .on(dims(2, 6, 3, 5), c3, c3),
        of("GroupNormalization", 21).with("num_groups", 3L).on(dims(2, 6, 3, 5), dims(6), dims(6)),
        of("GroupNormalization", 21).with("num_groups", 1L).on(dims(2, 3, 7), c3, c3),
        of(new Op.GroupNormalization(3, 1e-2f, true), 18)
            .unknownToRuntime()
            .on(dims(2, 6, 3, 5), c3, c3),
        of(new Op.GroupNormalization(3, 1e-2f, false), 21).on(dims(2, 6, 3, 5), dims(6), dims(6)),
        of(new Op.LayerNormalization(-2, 1e-5f), 17).on(dims(2, 3, 5), dims(3, 5)),
        of(new Op.LayerNormalization(1, 0.1f), 17).on(dims(2, 3, 1, 5), dims(3, 1, 5), dims(5)),
        of(new Op.LpNormalization(1, 2), 17).on(dims(2, 3, 5)),
        of(new Op.LpNormalization(-1, 1), 17).on(dims(2, 3, 5)),
        of("LayerNormalization", 17)
            .outputs("mean", "deviation")
            .on(dims(2, 3, 5), dims(5), dims(5)),
        of("LayerNormalization", 17).with("axis", -2L).on(dims(2, 3, 5), dims(3, 5)),
        of("LayerNormalization", 17)
            .with("axis", 1L)
            .with("epsilon", 0.1f)
            .on(dims(2, 3, 1, 5), dims(3, 1, 5), dims(5)),
        of("RMSNormalization", 23).with("axis", -2L).on(dims(2, 3, 5), dims(3, 5)),
        of("MeanVarianceNormalization", 13).on(dims(2, 3, 4, 5)),
        of("MeanVarianceNormalization", 13).with("axes", List.of(1L, -1L)).on(dims(2, 3, 4)));
  }

  private static List<Case> reductions() {
    List<Case> cases = new ArrayList<>();
    for (String type :
        List.of("ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceSumSquare")) {
      Op positive =
          type.equals("ReduceLogSum")
              ? new Op.Unary(Op.Unary.Function.EXP)
              : new Op.Unary(Op.Unary.Function.NEG);
      OpaqueCases older = of(type, 13).after(positive).with("axes", List.of(-1L, 1L));
      cases.add(older.on(dims(2, 3, 1, 5)));
      cases.add(older.with("keepdims", 0L).on(dims(2, 3, 4, 5)));
      cases.add(of(type, 13).after(positive).on(dims(2, 3)));
      cases.add(
          of(type, 18)
              .after(positive)
              .with("keepdims", 0L)
              .constant("axes", Tensors.longs(-2))
              .on(dims(2, 3, 4)));
      cases.add(of(type, 18).after(positive).with("noop_with_empty_axes", 1L).on(dims(2, 3)));
    }
    return cases;
  }

  private static List<Case> activations() {
    long[] x = dims(2, 3, 1, 5);
    return List.of(
        of(new Op.Selu(1.6732632f, 1.050701f), 17).on(x),
        of(new Op.Selu(2, 0.5f), 6).on(x),
        of(new Op.Celu(0.7f), 12).on(x),
        of("Swish", 24).with("alpha", 1.5f).unknownToRuntime().on(x),
        of(new Op.Unary(Op.Unary.Function.MISH), 18).on(x),
        of(new Op.Gelu(false), 20).on(x),
        of(new Op.Gelu(true), 20).on(x),
        of(new Op.ThresholdedRelu(0.3f), 10).on(x),
        of("Shrink", 9).with("bias", 0.2f).with("lambd", 0.4f).on(x),
        of("Sign", 13).addedToInput().on(x),
        of("Round", 11).addedToInput().on(x),
        of(new Op.LogSoftmax(1, true), 11).on(x),
        of(new Op.LogSoftmax(-2, true), 11).on(x),
        of(new Op.LogSoftmax(-1, false), 13).on(x),
        of(new Op.LogSoftmax(1, false), 13).on(x),
        of("CastLike", 15).on(x, dims(1)),
        of("CastLike", 15)
            .after(new Op.Cast(ElementType.INT64))
            .constant("like", Tensors.scalar(0))
            .addedToInput()
            .on(x));
  }

  private static Case einsum(String equation, long[]... shapes) {
    return of("Einsum", 12).with("equation", equation).on(shapes);
  }

  private static List<Case> products() {
    return List.of(
        einsum("ij->ji", dims(2, 3)),
        einsum("abc -> cb", dims(2, 3, 4)),
        einsum("i,i->", dims(3), dims(3)),
        einsum("i,j", dims(2), dims(3)),
        einsum("bij,bjk->bik", dims(2, 3, 4), dims(2, 4, 5)),
        einsum("bhid,bhjd->bhij", dims(2, 3, 4, 5), dims(2, 3, 2, 5)),
        einsum("nchw,kcw->nkh", dims(2, 3, 4, 5), dims(2, 3, 5)),
        einsum("abc,cd,de->abe", dims(2, 3, 4), dims(4, 2), dims(2, 3)),
        einsum("abcd,ceaf->bedf", dims(2, 3, 4, 2), dims(4, 3, 2, 5)),
        // ONNX Runtime asks for ellipses of one length.
        of("Einsum", 12)
            .with("equation", "...i,...i->...")
            .unknownToRuntime()
            .on(dims(2, 3, 4), dims(3, 4)),
        einsum("...ij,jk", dims(2, 1, 3, 4), dims(4, 2)),
        einsum("b...k,ka...->b...a", dims(2, 3, 4, 5), dims(5, 2, 1, 4)));
  }

  private static List<Case> images() {
    List<Case> cases = new ArrayList<>();
    for (long[] x : List.of(dims(2, 3, 5), dims(2, 3, 4, 5), dims(2, 3, 2, 1, 3))) {
      cases.add(of("GlobalMaxPool", 17).on(x));
      for (long p = 1; p <= 3; p++) {
        cases.add(of("GlobalLpPool", 17).with("p", p).on(x));
      }
    }
    for (long size = 1; size <= 4; size++) {
      OpaqueCases responses =
          of("LRN", 13).with("size", size).with("alpha", 0.5f).with("bias", 1.5f);
      if (size % 2 == 0) {
        responses.unknownToRuntime();
      }
      cases.add(responses.on(dims(2, 5, 3, 2)));
      cases.add(responses.unknownToRuntime().on(dims(2, 3, 5)));
    }
    Tensor rows = Tensor.ofLongs(new long[] {1, -2, 0, 1}, 2, 2, 1);
    cases.add(of("GatherND", 13).constant("i", rows).on(dims(2, 3, 4)));
    Tensor pairs = Tensor.ofLongs(new long[] {1, -1, 0, 2, -2, 0}, 3, 2);
    cases.add(of("GatherND", 13).constant("i", pairs).on(dims(2, 3, 4)));
    cases.add(of("GatherND", 12).constant("i", pairs).with("batch_dims", 0L).on(dims(2, 3)));
    for (String mode : List.of("nearest", "linear")) {
      OpaqueCases seven =
          of("Upsample", 7).with("mode", mode).with("scales", List.of(1f, 1f, 1.5f, 3f));
      cases.add(seven.on(dims(2, 2, 3, 4)));
      Tensor scales = Tensor.ofFloats(new float[] {1, 1, 2, 2.5f}, 4);
      cases.add(
          of("Upsample", 9).with("mode", mode).constant("scales", scales).on(dims(2, 2, 3, 5)));
    }
    return cases;
  }
}
