package io.repfold.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Finds out how many classes there are and what they are called. */
final class ClassNames {
  /** Beside the data: one name a line, in the order of the labels. */
  static final String FILE = "classes.txt";

  static final List<String> VOC =
      List.of(
          "background",
          "aeroplane",
          "bicycle",
          "bird",
          "boat",
          "bottle",
          "bus",
          "car",
          "cat",
          "chair",
          "cow",
          "dining table",
          "dog",
          "horse",
          "motorbike",
          "person",
          "potted plant",
          "sheep",
          "sofa",
          "train",
          "tv monitor");

  private ClassNames() {}

  /**
   * @param usual the names if neither the arguments nor the folder say otherwise
   */
  static List<String> of(LoaderArguments arguments, Path folder, Optional<List<String>> usual) {
    Path file = folder.resolve(FILE);
    List<String> names = arguments.classNames();
    String source = "class_names";
    if (names.isEmpty() && Files.isRegularFile(file)) {
      names = Folders.lines(file);
      source = "'" + file + "'";
    }
    if (names.isEmpty()) {
      int classes =
          arguments.numClasses().orElseGet(() -> usual.orElseThrow(() -> missing(file)).size());
      return usual.filter(some -> some.size() == classes).orElse(Labeling.numbered(classes));
    }
    int count = names.size();
    if (arguments.numClasses().orElse(count) != count) {
      throw new DataException(
          "num_classes is %d, but %s names %d classes",
          arguments.numClasses().getAsInt(), source, count);
    }
    return List.copyOf(names);
  }

  private static DataException missing(Path file) {
    return new DataException(
        "The number of classes is unknown: set num_classes, or list the names in '%s'", file);
  }
}
