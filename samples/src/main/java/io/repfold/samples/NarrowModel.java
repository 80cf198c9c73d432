package io.repfold.samples;

import io.repfold.fold.Folder;
import io.repfold.graph.Graph;
import io.repfold.numpy.Npy;
import io.repfold.onnx.OnnxModel;
import io.repfold.precision.Range;
import io.repfold.precision.SampleRunner;
import io.repfold.precision.Targets;
import io.repfold.precision.half.HalfOptions;
import io.repfold.precision.half.HalfPrecision;
import io.repfold.precision.int8.Int8Conversion;
import io.repfold.precision.int8.QuantizationOptions;
import io.repfold.precision.int8.QuantizationTarget;
import io.repfold.runtime.HostTensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Folds an ONNX file with one input, and writes it in 8-bit integers and in float16. */
public final class NarrowModel {
  private NarrowModel() {}

  /** Takes the model, the int8 file and the float16 file to write, and .npy files as samples. */
  public static void main(String[] arguments) throws IOException {
    OnnxModel model = OnnxModel.read(Path.of(arguments[0]));
    String input = model.graph().inputs().get(0).name();
    List<Map<String, HostTensor>> samples = new ArrayList<>();
    for (int i = 3; i < arguments.length; i++) {
      samples.add(Map.of(input, Npy.read(Path.of(arguments[i]))));
    }
    quantize(model, samples, Path.of(arguments[1]));
    halve(model, samples, Path.of(arguments[2]));
  }

  private static void quantize(
      OnnxModel model, List<Map<String, HostTensor>> samples, Path target) {
    Graph folded = Folder.fold(model.graph()).graph();
    SampleRunner runner = new RuntimeSamples(model, samples);
    var options = QuantizationOptions.of(QuantizationTarget.CPU);
    var goal = Int8Conversion.Goal.of(model.graph(), new Targets(0.99, 0.02, 25, 0.5));
    Int8Conversion.Result int8 = Int8Conversion.convert(folded, runner, options, goal);
    System.out.printf(
        "int8: %d layers of %d, %.2f %% of decisions stay the same%n",
        int8.report().quantizedLayers(),
        int8.report().layers().size(),
        100 * int8.report().agreement());
    model.withGraph(int8.graph()).write(target);
  }

  private static void halve(OnnxModel model, List<Map<String, HostTensor>> samples, Path target) {
    Graph folded = Folder.fold(model.graph()).graph();
    Map<String, Range> ranges = Range.over(folded, new RuntimeSamples(model, samples));
    HalfOptions options = HalfOptions.FLOAT16.withRanges(ranges);
    HalfPrecision.Result half = HalfPrecision.convert(folded, options);
    half.report().islands().forEach(island -> System.out.println("float32: " + island.node()));
    model.withGraph(half.graph()).write(target);
  }
}
