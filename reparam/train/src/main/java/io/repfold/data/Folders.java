package io.repfold.data;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Reads the lists of a data set. */
final class Folders {
  private Folders() {}

  /** Refuses a {@code data_dir} that is not there. */
  static void requireFolder(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new DataException(
          "data_dir '%s' %s%s",
          folder,
          Files.exists(folder) ? "is not a folder" : "does not exist",
          folder.isAbsolute()
              ? ""
              : "; it is searched for in '%s'".formatted(Path.of("").toAbsolutePath()));
    }
  }

  /** The lines that are not blank, without the white space around them. */
  static List<String> lines(Path file) {
    List<String> lines = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(file)) {
        String text = line.replace("\ufeff", "").strip();
        if (!text.isEmpty()) {
          lines.add(text);
        }
      }
      return lines;
    } catch (MalformedInputException e) {
      throw new DataException(e, "Cannot read '%s': it is not a UTF-8 text".formatted(file));
    } catch (IOException e) {
      throw new DataException(e, "Cannot read '%s': %s".formatted(file, e));
    }
  }

  /** The lines of the list of a split, at least one. */
  static List<String> split(Path file, String split) {
    Path folder = file.toAbsolutePath().getParent();
    if (!Files.isRegularFile(file)) {
      throw new DataException(
          "There is no split '%s': '%s' does not exist; the splits are %s",
          split, file, folder == null ? List.of() : names(folder));
    }
    List<String> lines = lines(file);
    if (lines.isEmpty()) {
      throw new DataException("The split '%s' is empty: '%s' has no lines", split, file);
    }
    return lines;
  }

  private static List<String> names(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> name.endsWith(".txt") && !name.equals(ClassNames.FILE))
          .map(name -> name.substring(0, name.length() - ".txt".length()))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new DataException(e, "Cannot list '%s': %s".formatted(folder, e));
    }
  }

  /** A path of a list, which a slash may begin; it must not lead out of the folder. */
  static Path inside(Path folder, String path, String where) {
    Path base = folder.toAbsolutePath().normalize();
    Path file = resolve(base, path.replaceFirst("^/+", ""), where).normalize();
    if (!file.startsWith(base)) {
      throw new DataException(
          "%s: '%s' leads out of the folder '%s'; put the data below it", where, path, folder);
    }
    return file;
  }

  private static Path resolve(Path folder, String path, String where) {
    try {
      return folder.resolve(path);
    } catch (InvalidPathException e) {
      throw new DataException(e, "%s: '%s' is no path".formatted(where, path));
    }
  }
}
