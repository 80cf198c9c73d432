package io.repfold.conformance;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import io.repfold.graph.Graph;
import io.repfold.onnx.OnnxModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Holds a fold to what a runtime's own optimizer makes of the original: counts of nodes, which are
 * exact and the same on every machine.
 */
final class RuntimeGate {
  /** Types that ONNX Runtime writes for one function, depending on what stands beside it. */
  private static final Map<String, List<String>> FUSED =
      new TreeMap<>(
          Map.of(
              "GELU",
              List.of("Gelu", "BiasGelu", "FastGelu"),
              "QuickGelu",
              List.of("QuickGelu"),
              "LayerNormalization",
              List.of(
                  "LayerNormalization",
                  "SkipLayerNormalization",
                  "SimplifiedLayerNormalization",
                  "SkipSimplifiedLayerNormalization",
                  "EmbedLayerNormalization"),
              "attention",
              List.of("Attention", "MultiHeadAttention"),
              "HardSwish",
              List.of("HardSwish"),
              "HardSigmoid",
              List.of("HardSigmoid")));

  /** What is computed inside of a convolution or product where ONNX Runtime fuses it. */
  private static final List<String> ACTIVATIONS =
      List.of("Relu", "LeakyRelu", "Sigmoid", "Tanh", "HardSigmoid", "HardSwish", "Clip");

  /**
   * What computes. Shapes that are computed twice, and views of views, the fold leaves to others.
   */
  private static final List<String> ARITHMETIC =
      List.of(
          "Conv",
          "ConvTranspose",
          "Gemm",
          "MatMul",
          "BatchNormalization",
          "Add",
          "Sub",
          "Mul",
          "Div",
          "Sum",
          "Mean",
          "AveragePool",
          "Pad",
          "Identity",
          "Dropout");

  private RuntimeGate() {}

  private static Map<String, Integer> fused(RuntimeGraph graph) {
    Map<String, Integer> counts = new TreeMap<>();
    FUSED.forEach((name, types) -> counts.put(name, graph.nodes(types)));
    return counts;
  }

  /** A Gemm is the MatMul and the Add of which ONNX Runtime makes one. */
  private static int arithmetic(RuntimeGraph graph) {
    return graph.nodes(ARITHMETIC) + graph.nodes(List.of("Gemm"));
  }

  /**
   * In what the folded graph is worse than the original; empty if in nothing.
   *
   * @throws OrtException if ONNX Runtime refuses the original
   */
  static List<String> breaches(OnnxModel model, Graph folded) throws OrtException {
    byte[] before = model.toBytes();
    byte[] after = model.withGraph(folded).toBytes();
    List<String> breaches = new ArrayList<>();
    RuntimeGraph written = RuntimeGraph.of(folded);
    for (OptLevel level : List.of(OptLevel.BASIC_OPT, OptLevel.EXTENDED_OPT)) {
      RuntimeGraph original = RuntimeGraph.optimized(before, level);
      RuntimeGraph result = RuntimeGraph.optimized(after, level);
      String counts = "%s: %s became %s".formatted(level, original.types(), result.types());
      if (result.nodes() > original.nodes()) {
        breaches.add("more nodes, " + counts);
      }
      fused(original)
          .forEach(
              (name, count) -> {
                if (fused(result).getOrDefault(name, 0) < count) {
                  breaches.add("%s is no longer recognized, %s".formatted(name, counts));
                }
              });
      if (result.nodes(ACTIVATIONS) > original.nodes(ACTIVATIONS)) {
        breaches.add("more activations stand alone, " + counts);
      }
      boolean comparable = fused(written).equals(fused(original));
      if (level == OptLevel.BASIC_OPT && comparable && arithmetic(written) > arithmetic(original)) {
        breaches.add(
            "ONNX Runtime leaves less to compute than the fold, %s to %s"
                .formatted(original.types(), written.types()));
      }
    }
    return breaches;
  }
}
