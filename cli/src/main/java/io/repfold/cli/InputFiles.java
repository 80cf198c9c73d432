package io.repfold.cli;

import io.repfold.image.ChannelOrder;
import io.repfold.image.ImageOptions;
import io.repfold.image.ImageTensors;
import io.repfold.numpy.Npy;
import io.repfold.numpy.Npz;
import io.repfold.runtime.Engine;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.TensorInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Model inputs from files: a {@code .npy} file or an image for the only input, a {@code .npz} file
 * for inputs by name, or a folder of these, each file one sample.
 */
final class InputFiles {
  private static final Set<String> IMAGES = Set.of("png", "jpg", "jpeg");
  private static final Set<String> ARRAYS = Set.of("npy", "npz");

  private final Engine engine;
  private final Map<String, long[]> shapes;

  private InputFiles(Engine engine, Map<String, long[]> shapes) {
    this.engine = engine;
    this.shapes = shapes;
  }

  /**
   * Reads files when the model is known.
   *
   * @param shapes for images: the sizes to which they are brought
   */
  static VerificationRunner.Inputs of(List<Path> paths, Map<String, long[]> shapes) {
    return engine -> {
      InputFiles files = new InputFiles(engine, shapes);
      List<Map<String, HostTensor>> samples = new ArrayList<>();
      try {
        for (Path file : expanded(paths)) {
          samples.add(files.read(file));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e.getMessage(), e);
      }
      return new VerificationRunner.Samples(
          samples,
          "%s from %s"
              .formatted(
                  Text.plural(samples.size(), "input"),
                  Text.few(paths.stream().map(Path::toString).toList(), 3)));
    };
  }

  private static List<Path> expanded(List<Path> paths) throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path path : paths) {
      if (!Files.isDirectory(path)) {
        files.add(path);
        continue;
      }
      try (Stream<Path> content = Files.list(path)) {
        List<Path> known = content.filter(InputFiles::isKnown).sorted().toList();
        if (known.isEmpty()) {
          throw new WorkFailedException(
              "%s: holds no file that ends in .npy, .npz, .png, .jpg or .jpeg".formatted(path));
        }
        files.addAll(known);
      }
    }
    return files;
  }

  private static boolean isKnown(Path file) {
    String ending = ending(file);
    return Files.isRegularFile(file) && (IMAGES.contains(ending) || ARRAYS.contains(ending));
  }

  private static String ending(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }

  private Map<String, HostTensor> read(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new WorkFailedException(file + ": there is no such file");
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
      return Map.of(input.name(), image(file, input));
    }
    throw new UsageException(
        "%s: inputs come from files that end in .npy, .npz, .png, .jpg or .jpeg, or from a folder of these"
            .formatted(file));
  }

  private TensorInfo onlyInput(Path file) {
    if (engine.inputs().size() != 1) {
      throw new UsageException(
          "%s: gives one tensor, but %s has %d inputs; put them into one .npz file, under the names %s"
              .formatted(
                  file,
                  engine.name(),
                  engine.inputs().size(),
                  engine.inputs().stream().map(TensorInfo::name).toList()));
    }
    return engine.inputs().get(0);
  }

  private HostTensor image(Path file, TensorInfo input) throws IOException {
    long[] shape = InputShapes.find(engine, shapes).sizes().get(input.name());
    if (shape == null || shape.length != 4 || shape[0] != 1 || (shape[1] != 1 && shape[1] != 3)) {
      throw new UsageException(
          "%s: an image fits an input of shape [1, 3, height, width] or [1, 1, height, width], but %s has %s; give the tensor as a .npy file"
              .formatted(file, engine.name(), input));
    }
    int height = Math.toIntExact(shape[2]);
    int width = Math.toIntExact(shape[3]);
    return ImageTensors.read(
        file,
        shape[1] == 3
            ? ImageOptions.imageNet(width, height)
            : ImageOptions.plain(width, height, ChannelOrder.GREY));
  }
}
