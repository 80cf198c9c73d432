package io.repfold.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtException.OrtErrorCode;
import io.repfold.fold.Folder;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Op;
import io.repfold.graph.Rounding;
import io.repfold.graph.Tensor;
import io.repfold.precision.OutputKind;
import io.repfold.precision.OutputMeanings;
import io.repfold.precision.Range;
import io.repfold.precision.Targets;
import io.repfold.precision.half.HalfOptions;
import io.repfold.precision.half.HalfPrecision;
import io.repfold.precision.int8.Int8Conversion;
import io.repfold.precision.int8.QuantizationOptions;
import io.repfold.precision.int8.QuantizationTarget;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What a float32 model can be converted to. */
enum NarrowForm {
  FLOAT16(ElementType.FLOAT16, true, 2e-2, 1000),
  FLOAT16_AT_THE_BOUNDARY(ElementType.FLOAT16, false, 2e-2, 1000),
  BFLOAT16(ElementType.BFLOAT16, true, 0.1, 600),
  BFLOAT16_AT_THE_BOUNDARY(ElementType.BFLOAT16, false, 0.1, 600),
  INTEGERS_ON_A_CPU(QuantizationTarget.CPU, 0.1, 10),
  INTEGERS_IN_TENSORRT(QuantizationTarget.TENSORRT, 0.1, 10);

  /**
   * Where sums of two 8-bit products saturate, as they do on x86 without VNNI, 7 bits are exact.
   */
  private static final int EXACT_BITS = 7;

  private final ElementType type;
  private final boolean keepsBoundary;
  private final Optional<QuantizationTarget> target;
  private final double tolerance;
  private final int least;

  NarrowForm(ElementType type, boolean keepsBoundary, double tolerance, int least) {
    this.type = type;
    this.keepsBoundary = keepsBoundary;
    this.target = Optional.empty();
    this.tolerance = tolerance;
    this.least = least;
  }

  NarrowForm(QuantizationTarget target, double tolerance, int least) {
    this.type = ElementType.INT8;
    this.keepsBoundary = true;
    this.target = Optional.of(target);
    this.tolerance = tolerance;
    this.least = least;
  }

  /** So many operator tests can be compared, at least. */
  int least() {
    return least;
  }

  /** Folds and converts, with the ranges of one run. */
  Graph convert(OperatorTest test) throws OrtException {
    Graph original = test.model().graph();
    Graph folded = Folder.fold(original).graph();
    OneSample sample = new OneSample(test.model(), test.inputs());
    if (target.isPresent()) {
      var goal =
          Int8Conversion.Goal.of(original, new Targets(0, 1, 0, 0.5))
              .withMeanings(OutputMeanings.of(original).with(Map.of("*", OutputKind.NONE)));
      QuantizationOptions options = QuantizationOptions.of(target.get()).withWeightBits(EXACT_BITS);
      return Int8Conversion.convert(folded, sample, options, goal).graph();
    }
    Map<String, ElementType> types = new LinkedHashMap<>();
    Map<String, Range> ranges = new LinkedHashMap<>();
    sample
        .all(folded)
        .forEach(
            (name, tensor) -> {
              types.put(name, tensor.type());
              OneSample.range(tensor).ifPresent(range -> ranges.put(name, range));
            });
    HalfOptions options = type == ElementType.FLOAT16 ? HalfOptions.FLOAT16 : HalfOptions.BFLOAT16;
    options = options.withBoundary(keepsBoundary).withTypes(types);
    return HalfPrecision.convert(folded, ranges.isEmpty() ? options : options.withRanges(ranges))
        .graph();
  }

  /** Compares what was converted with the original, and says how. */
  String compare(OperatorTest test, Graph converted) throws OrtException {
    Map<String, Tensor> inputs = new LinkedHashMap<>(test.inputs());
    converted
        .inputs()
        .forEach(
            input ->
                inputs.computeIfPresent(
                    input.name(), (n, t) -> OperatorTest.in(input.type().orElseThrow(), t)));
    byte[] file = test.model().withGraph(converted).toBytes();
    try {
      compare(test.outputs(), OrtRun.tensors(file, inputs));
      return "compared";
    } catch (OrtException e) {
      boolean lacks = e.getCode() == OrtErrorCode.ORT_NOT_IMPLEMENTED;
      if (!lacks || type != ElementType.BFLOAT16) {
        throw e;
      }
    }
    if (Stream.of(test.model().graph(), converted)
        .flatMap(graph -> graph.nodes().stream())
        .anyMatch(n -> n.op() instanceof Op.Opaque)) {
      return "not compared: nothing here runs it";
    }
    compare(interpreted(test.model().graph(), test.inputs()), interpreted(converted, inputs));
    return "compared in the interpreter";
  }

  /** Outputs that the form cannot hold, which a caller asked for all the same. */
  boolean overflows(OperatorTest test) {
    return !keepsBoundary
        && test.outputs().values().stream()
            .filter(t -> t.type() == ElementType.FLOAT)
            .anyMatch(
                t ->
                    OperatorTest.largest(t)
                        > OperatorTest.largest(OperatorTest.in(type, t)) * 1.01);
  }

  private void compare(Map<String, Tensor> expected, Map<String, Tensor> found) {
    assertThat(found).containsOnlyKeys(expected.keySet());
    expected.forEach(
        (output, tensor) ->
            assertThat(OperatorTest.error(tensor, found.get(output)))
                .as("error of output '%s'", output)
                .isLessThan(tolerance));
  }

  private static Map<String, Tensor> interpreted(Graph graph, Map<String, Tensor> inputs) {
    Map<String, NdArray> arrays = new LinkedHashMap<>();
    inputs.forEach((name, tensor) -> arrays.put(name, NdArray.of(tensor)));
    Map<String, Tensor> outputs = new LinkedHashMap<>();
    new Interpreter(graph, Rounding.STORED)
        .run(arrays)
        .forEach((name, array) -> outputs.put(name, array.toTensor()));
    return outputs;
  }
}
