package io.repfold.pipeline.convert;

import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.PipelineException;
import io.repfold.pipeline.inputs.InputFiles;
import io.repfold.pipeline.inputs.InputShapes;
import io.repfold.pipeline.inputs.Sample;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.TensorInfo;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a conversion is compared on.
 *
 * @param compared read when they are asked for; empty if there is nothing that the model runs on
 * @param given whether the caller chose them, so that they tell ranges
 * @param description of them, for people; if there are none, why
 */
public record ConversionSamples(List<Sample> compared, boolean given, String description) {
  /** Random inputs that show whether a model still works, where no samples are given. */
  private static final int TRIED = 2;

  /** One of so many samples tells no ranges, and is looked at only in the end. */
  private static final int EACH = 5;

  public ConversionSamples {
    compared = List.copyOf(compared);
  }

  /** Those that the options name, or else random ones if the model computes numbers from them. */
  static ConversionSamples of(Engine model, Map<String, long[]> shapes, SampleRequest request) {
    if (!request.data().isEmpty()) {
      List<Sample> samples =
          some(InputFiles.samples(model, request.data(), shapes, request.colors()), request.most())
              .stream()
              .map(sample -> new Sample(sample.name(), () -> fitting(model, sample)))
              .toList();
      return new ConversionSamples(
          samples,
          true,
          "%s from %s"
              .formatted(
                  Phrases.plural(samples.size(), "sample"),
                  Phrases.few(request.data().stream().map(Path::toString).toList(), 3)));
    }
    if (request.random().isPresent()) {
      int count = request.random().getAsInt();
      InputShapes found = InputShapes.find(model, shapes);
      return new ConversionSamples(
          random(model, found, count, request.seed()), true, description(count, request.seed()));
    }
    return tried(model, shapes, request.seed());
  }

  private static List<Sample> some(List<Sample> all, OptionalInt most) {
    int count = Math.min(most.orElse(all.size()), all.size());
    return IntStream.range(0, count)
        .mapToObj(i -> all.get((int) ((long) i * all.size() / count)))
        .toList();
  }

  /** The tensors of a sample that the model takes. */
  private static Map<String, HostTensor> fitting(Engine model, Sample sample) {
    Map<String, HostTensor> given = sample.read();
    boolean fits =
        given.size() == model.inputs().size()
            && model.inputs().stream().allMatch(input -> fits(input, given.get(input.name())));
    if (!fits) {
      throw PipelineException.work(
          "%s: holds %s, and %s takes %s"
              .formatted(sample.name(), given, model.name(), model.inputs()));
    }
    return given;
  }

  private static boolean fits(TensorInfo input, @Nullable HostTensor given) {
    return given != null && given.type() == input.type() && input.accepts(given.shape());
  }

  private static ConversionSamples tried(Engine model, Map<String, long[]> shapes, long seed) {
    List<Sample> samples;
    try {
      samples = random(model, InputShapes.find(model, shapes), TRIED, seed);
      for (Sample sample : samples) {
        Map<String, HostTensor> outputs = model.run(sample.read());
        if (!outputs.values().stream().allMatch(ConversionSamples::tellsSomething)) {
          return none("of random inputs it makes outputs that are empty or not finite");
        }
      }
    } catch (EngineException | PipelineException e) {
      if (e instanceof PipelineException asked && asked.kind() == PipelineException.Kind.REQUEST) {
        throw asked;
      }
      return none("random inputs do not fit it: " + e.getMessage());
    }
    return new ConversionSamples(samples, false, description(TRIED, seed));
  }

  private static boolean tellsSomething(HostTensor output) {
    return output.size() > 0
        && IntStream.range(0, output.size()).allMatch(i -> Double.isFinite(output.get(i)));
  }

  private static ConversionSamples none(String because) {
    return new ConversionSamples(List.of(), false, because);
  }

  private static List<Sample> random(Engine model, InputShapes shapes, int count, long seed) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                new Sample(
                    "random input " + i, () -> InputShapes.random(model, seed + i, shapes.sizes())))
        .toList();
  }

  private static String description(int count, long seed) {
    return "%s, seed %d".formatted(Phrases.plural(count, "random input"), seed);
  }

  /** Those whose ranges count: all that are not held out; empty if nobody chose them. */
  List<Sample> telling() {
    return given ? List.copyOf(part(false).values()) : List.of();
  }

  /**
   * What is compared by itself, by what is said of it: what told the ranges, and what did not; the
   * samples by their numbers.
   */
  Map<String, SortedMap<Integer, Sample>> parts() {
    Map<String, SortedMap<Integer, Sample>> parts = new LinkedHashMap<>();
    parts.put("", part(false));
    if (!part(true).isEmpty()) {
      parts.put(", held out", part(true));
    }
    return parts;
  }

  /** The first ones, by their numbers. */
  SortedMap<Integer, Sample> first(int count) {
    SortedMap<Integer, Sample> first = new TreeMap<>();
    IntStream.range(0, count).forEach(i -> first.put(i, compared.get(i)));
    return first;
  }

  /** Every fifth sample is held out, if there are so many. */
  private SortedMap<Integer, Sample> part(boolean heldOut) {
    SortedMap<Integer, Sample> part = first(compared.size());
    part.keySet().removeIf(i -> (given && i % EACH == EACH - 1) != heldOut);
    return part;
  }
}
