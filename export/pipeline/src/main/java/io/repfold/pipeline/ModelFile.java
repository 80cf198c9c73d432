package io.repfold.pipeline;

import io.repfold.graph.FixedShapes;
import io.repfold.graph.Graph;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Value;
import io.repfold.onnx.OnnxFormatException;
import io.repfold.onnx.OnnxModel;
import io.repfold.onnx.ReadOptions;
import io.repfold.onnx.Sha256;
import io.repfold.runtime.PlanNames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An ONNX file that was read. Its model can be let go of, and is read again where it is needed. */
public final class ModelFile {
  /** From so many bytes of weights on it pays to read a model again. */
  private static final long LARGE = 1L << 26;

  private final Path path;
  private final ReadOptions options;
  private final int weights;
  private final boolean large;
  private final int overridable;
  private @Nullable OnnxModel model;
  private Optional<FileTime> changed = Optional.empty();

  private ModelFile(Path path, ReadOptions options) {
    this.path = path;
    this.options = options;
    OnnxModel read = OnnxModel.read(path, options);
    this.model = read;
    this.weights = read.graph().initializers().size();
    this.large =
        read.graph().initializers().values().stream().mapToLong(t -> t.data().remaining()).sum()
            >= LARGE;
    this.overridable = read.graph().optionalInputs().size();
  }

  public static ModelFile read(Path path) {
    return read(path, ReadOptions.DEFAULT);
  }

  /** Likewise, with weights that callers may override taken as the options say. */
  public static ModelFile read(Path path, ReadOptions options) {
    if (PlanNames.isOne(path)) {
      throw PipelineException.work(
          "%s: is a TensorRT plan by its name, and not an ONNX model; the backend tensorrt runs it, which Backends.byId finds"
              .formatted(path));
    }
    return new ModelFile(path, options);
  }

  /** Empty for a plan, and for a file that is not read here: whoever runs it says why not. */
  public static Optional<ModelFile> readIfOnnx(Path path) {
    if (PlanNames.isOne(path)) {
      return Optional.empty();
    }
    try {
      return Optional.of(read(path));
    } catch (OnnxFormatException | InvalidGraphException | UncheckedIOException e) {
      return Optional.empty();
    }
  }

  /** The same file, with weights that callers may override taken as constants. */
  public ModelFile withConstantWeights() {
    return overridable == 0 ? this : read(path, ReadOptions.CONSTANT_WEIGHTS);
  }

  /** How many of the weights are inputs too, which callers may override. */
  public int overridable() {
    return overridable;
  }

  /** That callers may override weights, what it costs, and the remedy; empty if they may not. */
  public Optional<String> overridableWeights() {
    return overridable == 0
        ? Optional.empty()
        : Optional.of(
            "%s: callers may override %d of %s, which are graph inputs too, and nothing of these folds; withConstantWeights takes them as constants"
                .formatted(path, overridable, Phrases.plural(weights, "weight")));
  }

  public Path path() {
    return path;
  }

  /**
   * The model; read again if it was let go of.
   *
   * @throws PipelineException if the file has changed since
   */
  public synchronized OnnxModel model() {
    if (model == null) {
      if (!changed.equals(Optional.of(lastModified()))) {
        throw PipelineException.work(
            "%s: has changed since it was read; read it again".formatted(path));
      }
      model = OnnxModel.read(path, options);
    }
    return model;
  }

  /** Whether its weights take so much memory that it pays to let go of it. */
  public boolean isLarge() {
    return large;
  }

  /**
   * Lets go of a large model, so that its weights take no memory while others need it.
   *
   * @return whether it is large
   */
  public synchronized boolean release() {
    if (large && model != null) {
      changed = Optional.of(lastModified());
      model = null;
    }
    return large;
  }

  private FileTime lastModified() {
    try {
      return Files.getLastModifiedTime(path);
    } catch (IOException e) {
      throw new UncheckedIOException("%s: cannot be read: %s".formatted(path, e.getMessage()), e);
    }
  }

  public Graph graph() {
    return model().graph();
  }

  /** The inputs that a caller must give. */
  public List<String> inputs() {
    return graph().requiredInputs().stream().map(Value::name).toList();
  }

  /** Does something with the graph; errors then name the file too. */
  public <T> T with(Supplier<T> work) {
    try {
      return work.get();
    } catch (InvalidGraphException e) {
      throw PipelineException.work("%s: %s".formatted(path, e.getMessage()), e);
    }
  }

  /**
   * Likewise, with the graph for given input shapes. Where they are what is wrong, the caller is
   * told so.
   *
   * @param shapes by input name; may be none
   * @throws PipelineException as a request if they contradict the graph, or else as work
   */
  public <T> T with(Map<String, long[]> shapes, Supplier<T> work) {
    try {
      return work.get();
    } catch (InvalidGraphException e) {
      throw contradicts(shapes)
          ? PipelineException.request("%s: withShapes: %s".formatted(path, e.getMessage()), e)
          : PipelineException.work("%s: %s".formatted(path, e.getMessage()), e);
    }
  }

  /** Whether the graph is valid, and not with these shapes. */
  private boolean contradicts(Map<String, long[]> shapes) {
    return !shapes.isEmpty()
        && isValid(() -> ShapeInference.infer(graph()))
        && !isValid(() -> FixedShapes.fix(graph(), shapes));
  }

  private static boolean isValid(Supplier<?> graph) {
    try {
      return graph.get() != null;
    } catch (InvalidGraphException e) {
      return false;
    }
  }

  public long bytes() {
    try {
      return Files.size(path);
    } catch (IOException e) {
      throw new UncheckedIOException("%s: cannot be read: %s".formatted(path, e.getMessage()), e);
    }
  }

  /**
   * The SHA-256 of any file, in hexadecimal digits, without reading it as a model.
   *
   * @throws UncheckedIOException if it cannot be read
   */
  public static String sha256(Path file) {
    return Sha256.of(file);
  }

  /** SHA-256 of the file, in hexadecimal; weights in other files are not part of it. */
  public String sha256() {
    return Sha256.of(path);
  }
}
