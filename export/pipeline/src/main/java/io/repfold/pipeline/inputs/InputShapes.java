package io.repfold.pipeline.inputs;

import io.repfold.check.RandomInputs;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.PipelineException;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.TensorInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * The input shapes that models are run on: those given, those declared, and sizes of small images
 * where a model leaves them open.
 *
 * @param sizes by input name, for all inputs
 * @param chosen whether a size was chosen here, because neither the caller nor the model gives it
 */
public record InputShapes(Map<String, long[]> sizes, boolean chosen) {
  /** Height and width, the most telling first: a square one hides exchanged axes. */
  private static final List<long[]> SIDES =
      List.of(
          new long[] {64, 96},
          new long[] {64, 64},
          new long[] {224, 224},
          new long[] {32, 32},
          new long[] {48, 192},
          new long[] {48, 320},
          new long[] {128, 128},
          new long[] {256, 256},
          new long[] {320, 320},
          new long[] {512, 512},
          new long[] {640, 640},
          new long[] {28, 28},
          new long[] {1, 1});

  /** Tried first where there are too many channels for an image: heads of networks are costly. */
  private static final long[] FEATURE_MAP = {12, 16};

  private static final int MOST_COLORS = 4;

  /**
   * Completes the given shapes, by trying which sizes the model takes.
   *
   * @param given by input name
   * @throws PipelineException if a given shape does not fit the model
   * @throws PipelineException if the model takes none of the sizes that are tried
   */
  public static InputShapes find(Engine engine, Map<String, long[]> given) {
    check(engine, given);
    List<TensorInfo> open =
        engine.inputs().stream().filter(i -> isOpen(i) && !given.containsKey(i.name())).toList();
    if (open.isEmpty()) {
      return new InputShapes(complete(engine, given, SIDES.get(0)), false);
    }
    List<long[]> tried = new ArrayList<>();
    if (open.stream().anyMatch(InputShapes::isFeatureMap)) {
      tried.add(FEATURE_MAP);
    }
    tried.addAll(SIDES);
    String refusal = "";
    for (long[] sides : tried) {
      Map<String, long[]> shapes = complete(engine, given, sides);
      try {
        engine.run(random(engine, 0, shapes));
        return new InputShapes(shapes, true);
      } catch (EngineException e) {
        refusal = String.valueOf(e.getMessage());
      }
    }
    throw PipelineException.work(
        "%s: leaves the shape of %s open, and takes none of those that were tried (images from 1x1 to 640x640); give one by withShapes. The last try said: %s"
            .formatted(
                engine.name(),
                open.stream().map(TensorInfo::toString).collect(Collectors.joining("; ")),
                refusal));
  }

  /**
   * Refuses a shape for an input that there is not.
   *
   * @param model for the message
   * @param inputs those that a caller may give
   * @throws PipelineException if there is no such input; names those there are
   */
  public static void requireInput(String model, List<String> inputs, String name) {
    if (!inputs.contains(name)) {
      throw PipelineException.request(
          "%s has no input '%s' to give a shape; its inputs are %s".formatted(model, name, inputs));
    }
  }

  private static void check(Engine engine, Map<String, long[]> given) {
    List<String> names = engine.inputs().stream().map(TensorInfo::name).toList();
    given.forEach(
        (name, shape) -> {
          requireInput(engine.name(), names, name);
          TensorInfo input = engine.inputs().get(names.indexOf(name));
          boolean known = !input.dimensions().isEmpty();
          if (LongStream.of(shape).anyMatch(size -> size < 0) || (known && !input.accepts(shape))) {
            throw PipelineException.request(
                "%s: shape %s of input '%s' does not fit what the model declares, %s"
                    .formatted(engine.name(), Phrases.shape(shape), name, input));
          }
        });
  }

  /** Random inputs of these shapes; what does not fit the model is bad usage. */
  public static Map<String, HostTensor> random(
      Engine engine, long seed, Map<String, long[]> shapes) {
    try {
      return RandomInputs.of(engine.inputs(), seed, shapes);
    } catch (IllegalArgumentException e) {
      throw PipelineException.request("%s: %s".formatted(engine.name(), e.getMessage()), e);
    }
  }

  private static boolean isOpen(TensorInfo input) {
    return input.isDynamic() || input.dimensions().isEmpty();
  }

  private static boolean isFeatureMap(TensorInfo input) {
    long[] shape = input.shape();
    return shape.length == 4 && shape[1] > MOST_COLORS && shape[2] < 0 && shape[3] < 0;
  }

  /** Shapes of all inputs, those that are given and others with these sides where they are open. */
  static Map<String, long[]> complete(Engine engine, Map<String, long[]> given, long[] sides) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    for (TensorInfo input : engine.inputs()) {
      long[] shape = given.get(input.name());
      shapes.put(input.name(), shape == null ? filled(input, sides) : shape);
    }
    return shapes;
  }

  /** Fills open dimensions; a tensor of unknown rank is a scalar at 1x1 and an image otherwise. */
  private static long[] filled(TensorInfo input, long[] sides) {
    long[] shape = input.shape();
    if (shape.length == 0 && sides[0] > 1) {
      return new long[] {1, 3, sides[0], sides[1]};
    }
    boolean channelsLast =
        shape.length == 4 && shape[1] < 0 && shape[3] >= 1 && shape[3] <= MOST_COLORS;
    int height = channelsLast || shape.length <= 3 ? 1 : 2;
    int width = channelsLast ? 2 : shape.length - 1;
    for (int axis = 0; axis < shape.length; axis++) {
      if (shape[axis] < 0) {
        shape[axis] = axis == 0 ? 1 : axis < height ? 3 : axis == width ? sides[1] : sides[0];
      }
    }
    return shape;
  }

  /** For people: {@code x 1x3x64x96, y 1x8}. */
  public String text() {
    return sizes.entrySet().stream()
        .map(e -> e.getKey() + " " + Phrases.shape(e.getValue()))
        .collect(Collectors.joining(", "));
  }
}
