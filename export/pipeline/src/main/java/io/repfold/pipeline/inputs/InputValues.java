package io.repfold.pipeline.inputs;

import io.repfold.graph.Dim;
import io.repfold.graph.FixedInputs;
import io.repfold.graph.FixedShapes;
import io.repfold.graph.Graph;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.PipelineException;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Engine;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.TensorInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Values of inputs of one element that are the same at every run, such as a sampling rate. A model
 * is folded, compared and timed as one that has no such input.
 *
 * @param numbers by input name; 1 is true and 0 is false. Real types round to nearest. Dimensions
 *     that an input leaves open are 1
 */
public record InputValues(Map<String, Double> numbers) {
  public static final InputValues NONE = new InputValues(Map.of());

  public InputValues {
    numbers = Collections.unmodifiableMap(new LinkedHashMap<>(numbers));
  }

  public boolean isEmpty() {
    return numbers.isEmpty();
  }

  /** For people: {@code sr = 16000, gain = 0.5}. */
  public String text() {
    return numbers.entrySet().stream()
        .map(e -> e.getKey() + " = " + number(e.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  /**
   * The graph of a file without these inputs; it computes what the file does when it is fed with
   * them.
   *
   * @throws PipelineException as a request if there is no such input, or it cannot have the value
   */
  public Graph fixedIn(ModelFile file) {
    Graph graph = file.graph();
    if (isEmpty()) {
      return graph;
    }
    Map<String, long[]> shapes = new LinkedHashMap<>();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    numbers.forEach(
        (name, number) -> {
          Value input = input(file, name);
          long[] sizes = input.shape().map(InputValues::sizes).orElse(new long[0]);
          tensors.put(name, tensor(file, input, number, sizes));
          if (input.shape().flatMap(Shape::sizes).isEmpty() && sizes.length > 0) {
            shapes.put(name, sizes);
          }
        });
    return file.with(
        () -> FixedInputs.fix(shapes.isEmpty() ? graph : FixedShapes.fix(graph, shapes), tensors));
  }

  private static Value input(ModelFile file, String name) {
    return file.graph().inputs().stream()
        .filter(value -> value.name().equals(name))
        .findFirst()
        .orElseThrow(() -> missing(file.path() + " has", name, names(file.graph().inputs())));
  }

  private static PipelineException missing(String who, String name, List<String> inputs) {
    return PipelineException.request(
        "withInputs: %s no input '%s' to give a value; the inputs are %s"
            .formatted(who, name, inputs));
  }

  private static List<String> names(List<Value> inputs) {
    return inputs.stream().map(Value::name).toList();
  }

  private static long[] sizes(Shape shape) {
    return shape.dims().stream()
        .mapToLong(dim -> dim instanceof Dim.Known known ? known.size() : 1)
        .toArray();
  }

  private static Tensor tensor(ModelFile file, Value input, double number, long... sizes) {
    requireOne(file.path().toString(), input.name(), input.toString(), sizes);
    Optional<Tensor> tensor =
        input
            .type()
            .filter(io.repfold.graph.ElementType::isNumeric)
            .map(type -> Tensor.ofDoubles(type, new double[] {number}, sizes))
            .filter(t -> holds(t.doubleAt(0), number, t.type().isFloat()));
    return tensor.orElseThrow(
        () -> unfit(file.path().toString(), input.name(), input.toString(), number));
  }

  /** Real numbers may be rounded, but not to infinity. */
  private static boolean holds(double stored, double number, boolean real) {
    return Double.isFinite(stored) && (real || stored == number);
  }

  private static void requireOne(String model, String name, String input, long... sizes) {
    if (Tensor.count(sizes) != 1) {
      throw PipelineException.request(
          "withInputs: %s: input '%s' is %s, and a single value is only for an input of one element; leave it to the caller, or store its values as an initializer"
              .formatted(model, name, input));
    }
  }

  private static PipelineException unfit(String model, String name, String input, double number) {
    return PipelineException.request(
        "withInputs: %s: input '%s' is %s, which does not hold the value %s; give one of its type"
            .formatted(model, name, input, number(number)));
  }

  /**
   * An engine without these inputs: each run feeds their values.
   *
   * @param engine closed with the one that is returned; may have none of the inputs
   * @throws PipelineException as a request if an input cannot have its value
   */
  public Engine in(Engine engine) {
    Map<String, HostTensor> values = new LinkedHashMap<>();
    List<TensorInfo> left = new ArrayList<>();
    for (TensorInfo input : engine.inputs()) {
      Double number = numbers.get(input.name());
      if (number == null) {
        left.add(input);
      } else {
        values.put(input.name(), tensor(engine.name(), input, number));
      }
    }
    return values.isEmpty() ? engine : new FixedInputEngine(engine, left, values);
  }

  private static HostTensor tensor(String model, TensorInfo input, double number) {
    long[] sizes = Arrays.stream(input.shape()).map(size -> size < 0 ? 1 : size).toArray();
    requireOne(model, input.name(), input.toString(), sizes);
    try {
      HostTensor tensor = HostTensor.of(input.type(), new double[] {number}, sizes);
      if (Double.isFinite(tensor.get(0))) {
        return tensor;
      }
    } catch (IllegalArgumentException e) {
      throw unfit(model, input.name(), input.toString(), number);
    }
    throw unfit(model, input.name(), input.toString(), number);
  }

  /** A backend whose engines have none of these inputs. */
  public Backend in(Backend backend) {
    return isEmpty() ? backend : new FixedInputBackend(backend, this);
  }

  /** Samples for such engines; says which values they come with. */
  public SampleSource in(SampleSource source) {
    if (isEmpty()) {
      return source;
    }
    return engine -> {
      Samples samples = source.of(engine);
      for (String name : numbers.keySet()) {
        if (samples.inputs().stream().anyMatch(sample -> sample.containsKey(name))) {
          throw PipelineException.request(
              "Input '%s' is given a value by withInputs, and by a sample too; leave it out of one of them"
                  .formatted(name));
        }
      }
      return samples.withDescription(samples.description() + ", " + text());
    };
  }

  /**
   * Refuses a value for an input that none of these models has.
   *
   * @param models those that are no ONNX files have any inputs
   */
  public void requireIn(Path... models) {
    if (isEmpty()) {
      return;
    }
    List<Optional<ModelFile>> files = Stream.of(models).map(ModelFile::readIfOnnx).toList();
    if (files.stream().anyMatch(Optional::isEmpty)) {
      return;
    }
    List<String> all =
        files.stream()
            .flatMap(file -> names(file.orElseThrow().graph().inputs()).stream())
            .distinct()
            .toList();
    for (String name : numbers.keySet()) {
      if (!all.contains(name)) {
        String who = Stream.of(models).map(Path::toString).collect(Collectors.joining(" and "));
        throw missing(who + (models.length == 1 ? " has" : " have"), name, all);
      }
    }
  }
}
