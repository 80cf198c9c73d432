package io.repfold.pipeline.inputs;

import io.repfold.numpy.Npy;
import io.repfold.numpy.Npz;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.PipelineException;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.Engine;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.TensorInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Model inputs from files: a {@code .npy} file or an image for the only input, a {@code .npz} file
 * for inputs by name, or a folder of these, each file one sample.
 */
public final class InputFiles {
  private static final Set<String> IMAGES = Set.of("png", "jpg", "jpeg");
  private static final Set<String> ARRAYS = Set.of("npy", "npz");

  private final Engine engine;
  private final ImageInputs images;
  private boolean rounds;

  private InputFiles(Engine engine, ImageInputs images) {
    this.engine = engine;
    this.images = images;
  }

  /**
   * Reads files when the model is known.
   *
   * @param shapes for images: the sizes to which they are brought
   */
  public static SampleSource of(List<Path> paths, Map<String, long[]> shapes) {
    return engine -> {
      List<Map<String, HostTensor>> samples = new ArrayList<>();
      ImageInputs images = new ImageInputs(engine, shapes, ImageColors.OF_THE_MODEL, true);
      InputFiles files = new InputFiles(engine, images);
      files.samples(paths).forEach(sample -> samples.add(sample.read()));
      return new Samples(
          samples,
          "%s from %s%s"
              .formatted(
                  Phrases.plural(samples.size(), "input"),
                  Phrases.few(paths.stream().map(Path::toString).toList(), 3),
                  files.rounds ? ", whose float64 numbers were rounded to float32" : ""),
          false);
    };
  }

  /**
   * Files as samples, each read when it is asked for.
   *
   * @param engine a model that stays open as long as samples are read
   * @param shapes for images, which a model must take in one size only if there is none here
   * @throws PipelineException if a folder holds no file that is known, or cannot be read; also when
   *     a sample is read that is damaged, or does not fit
   */
  public static List<Sample> samples(
      Engine engine, List<Path> paths, Map<String, long[]> shapes, ImageColors colors) {
    return new InputFiles(engine, new ImageInputs(engine, shapes, colors, false)).samples(paths);
  }

  private List<Sample> samples(List<Path> paths) {
    return expanded(paths).stream()
        .map(file -> new Sample(file.toString(), () -> readUnchecked(file)))
        .toList();
  }

  private static List<Path> expanded(List<Path> paths) {
    List<Path> files = new ArrayList<>();
    for (Path path : paths) {
      if (!Files.isDirectory(path)) {
        files.add(path);
        continue;
      }
      try (Stream<Path> content = Files.list(path)) {
        List<Path> known = content.filter(InputFiles::isKnown).sorted().toList();
        if (known.isEmpty()) {
          throw PipelineException.work(
              "%s: holds no file that ends in .npy, .npz, .png, .jpg or .jpeg".formatted(path));
        }
        files.addAll(known);
      } catch (IOException | UncheckedIOException e) {
        throw unreadable(path, e);
      }
    }
    return files;
  }

  /** Readers of files name them, and the system does so now and then. */
  private static PipelineException unreadable(Path file, Exception cause) {
    String reason = String.valueOf(cause.getMessage());
    String named = reason.contains(file.toString()) ? reason : "%s: %s".formatted(file, reason);
    return PipelineException.work(
        named + "; replace the file, or leave it out of what the model is run on", cause);
  }

  private static boolean isKnown(Path file) {
    String ending = ending(file);
    return !isHidden(file)
        && Files.isRegularFile(file)
        && (IMAGES.contains(ending) || ARRAYS.contains(ending));
  }

  /** Whether systems hide it in folders, as they do what macOS writes beside files. */
  public static boolean isHidden(Path file) {
    return String.valueOf(file.getFileName()).startsWith(".");
  }

  /** Whether it is a file that ends as images do. */
  public static boolean isImage(Path file) {
    return Files.isRegularFile(file) && IMAGES.contains(ending(file));
  }

  private static String ending(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }

  private Map<String, HostTensor> readUnchecked(Path file) {
    try {
      return single(read(file));
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** NumPy makes float64 where nothing else was said: a model of float32 takes it rounded. */
  private Map<String, HostTensor> single(Map<String, HostTensor> given) {
    Map<String, HostTensor> tensors = new LinkedHashMap<>(given);
    for (TensorInfo input : engine.inputs()) {
      if (input.type() == ElementType.FLOAT) {
        tensors.computeIfPresent(input.name(), (name, tensor) -> rounded(tensor));
      }
    }
    return tensors;
  }

  private HostTensor rounded(HostTensor tensor) {
    if (tensor.type() != ElementType.DOUBLE) {
      return tensor;
    }
    rounds = true;
    return HostTensor.of(ElementType.FLOAT, tensor.toDoubles(), tensor.shape());
  }

  private Map<String, HostTensor> read(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw PipelineException.work(file + ": there is no such file");
    }
    String ending = ending(file);
    if (ending.equals("npz")) {
      return Npz.read(file);
    }
    TensorInfo input = onlyInput(file);
    if (ending.equals("npy")) {
      return Map.of(input.name(), Npy.read(file));
    }
    if (IMAGES.contains(ending)) {
      return Map.of(input.name(), images.read(file, input));
    }
    throw PipelineException.request(
        "%s: inputs come from files that end in .npy, .npz, .png, .jpg or .jpeg, or from a folder of these"
            .formatted(file));
  }

  private TensorInfo onlyInput(Path file) {
    if (engine.inputs().size() != 1) {
      throw PipelineException.request(
          "%s: gives one tensor, but %s has %d inputs; put them into one .npz file, under the names %s"
              .formatted(
                  file,
                  engine.name(),
                  engine.inputs().size(),
                  engine.inputs().stream().map(TensorInfo::name).toList()));
    }
    return engine.inputs().get(0);
  }
}
