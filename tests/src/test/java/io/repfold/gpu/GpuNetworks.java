package io.repfold.gpu;

import io.repfold.fold.Folder;
import io.repfold.graph.FixedShapes;
import io.repfold.graph.Graph;
import io.repfold.graph.WeightSource;
import io.repfold.nets.Networks;
import io.repfold.onnx.OnnxModel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The networks that are timed on a GPU, with random weights: files of hundreds of megabytes are
 * made there sooner than carried.
 */
final class GpuNetworks {
  private static final long SEED = 7;

  /** With it values keep their magnitude from block to block, so that float16 holds them all. */
  private static final double SCALE = 0.5;

  private GpuNetworks() {}

  /**
   * Writes networks of open sizes, or gives one its size.
   *
   * @param arguments {@code make NAME FOLDER} writes {@code NAME.onnx} and {@code
   *     NAME-folded.onnx}; {@code fix MODEL SHAPE RESULT} copies a model with a shape such as
   *     {@code 1x3x224x224}
   */
  public static void main(String[] arguments) {
    switch (arguments[0]) {
      case "make" -> make(arguments[1], Path.of(arguments[2]));
      case "fix" -> fix(Path.of(arguments[1]), arguments[2], Path.of(arguments[3]));
      default -> throw new IllegalArgumentException("expected make or fix, not " + arguments[0]);
    }
  }

  static void make(String name, Path folder) {
    Graph network = named(name);
    OnnxModel.of(network).write(folder.resolve(name + ".onnx"));
    OnnxModel.of(Folder.fold(network).graph()).write(folder.resolve(name + "-folded.onnx"));
  }

  /** A network as it is deployed: without dropout and the head that only training needs. */
  static Graph named(String name) {
    Map<String, Object> arguments = new LinkedHashMap<>();
    return switch (name) {
      case "repvgg-a0" -> network("RepVGG-A0", arguments, 1000);
      case "reppsp" -> {
        arguments.put("backbone", "resnet50");
        arguments.put("repconv", "dbb");
        arguments.put("use_aux", false);
        arguments.put("dropout", 0);
        yield network("RepPSP", arguments, 19);
      }
      default -> throw new IllegalArgumentException("expected repvgg-a0 or reppsp, not " + name);
    };
  }

  private static Graph network(String type, Map<String, Object> arguments, int classes) {
    WeightSource random = WeightSource.random(SEED);
    WeightSource bounded =
        (name, role, dims) -> {
          double[] values = random.values(name, role, dims);
          if (role == WeightSource.Role.GAMMA) {
            Arrays.setAll(values, i -> values[i] * SCALE);
          }
          return values;
        };
    return Networks.build(type, arguments, classes, bounded).graph();
  }

  static void fix(Path model, String shape, Path result) {
    OnnxModel given = OnnxModel.read(model);
    String input = given.graph().inputs().get(0).name();
    long[] sizes = Stream.of(shape.split("x")).mapToLong(Long::parseLong).toArray();
    given.withGraph(FixedShapes.fix(given.graph(), Map.of(input, sizes))).write(result);
  }
}
