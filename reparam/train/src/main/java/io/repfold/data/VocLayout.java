package io.repfold.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The folders of PASCAL VOC 2012: JPEGImages, SegmentationClass and ImageSets/Segmentation, whose
 * lists hold a name a line, or (those named {@code *_aug}) the paths of an image and its labels.
 */
final class VocLayout {
  private static final List<String> ROOTS = List.of("", "VOCdevkit/VOC2012", "VOC2012");
  private static final String LISTS = "ImageSets/Segmentation";
  private static final List<String> ENDINGS = List.of(".jpg", ".png", ".jpeg");

  private VocLayout() {}

  static Source read(LoaderArguments arguments) {
    Path root = root(arguments.dataDir());
    Path list = Folders.inside(root.resolve(LISTS), arguments.split() + ".txt", "split");
    List<Entry> entries = new ArrayList<>();
    List<String> lines = Folders.split(list, arguments.split());
    for (int i = 0; i < lines.size(); i++) {
      entries.add(entry(root, words(lines.get(i)), "'%s', entry %d".formatted(list, i + 1)));
    }
    return new Source(entries, ClassNames.of(arguments, root, Optional.of(ClassNames.VOC)));
  }

  private static Path root(Path folder) {
    Folders.requireFolder(folder);
    for (String root : ROOTS) {
      if (Files.isDirectory(folder.resolve(root).resolve(LISTS))) {
        return folder.resolve(root);
      }
    }
    throw new DataException(
        "No VOC data set in data_dir '%s': neither it nor %s in it holds the folder %s",
        folder, String.join(" nor ", ROOTS.subList(1, ROOTS.size())), LISTS);
  }

  /**
   * A name, which may have spaces, or two paths: with a tab between them, without spaces, or both
   * from the folder of the data on.
   */
  private static String[] words(String line) {
    if (line.contains("\t")) {
      return line.strip().split(" *\t+ *", -1);
    }
    String[] words = line.strip().split("\\s+", -1);
    if (words.length == 2 && words[0].contains("/") && words[1].contains("/")) {
      return words;
    }
    return line.startsWith("/") ? line.strip().split("\\s+(?=/)", -1) : new String[] {line.strip()};
  }

  private static Entry entry(Path root, String[] words, String where) {
    if (words.length > 2) {
      throw new DataException(
          "%s: expected a name, or an image and its labels; found %d words", where, words.length);
    }
    if (words.length == 2) {
      Path labels = Folders.inside(root, words[1], where);
      Path image = Folders.inside(root, words[0], where);
      return new Entry(stem(image), image, new Entry.PixelLabels(labels));
    }
    Path labels = Folders.inside(root, "SegmentationClass/" + words[0] + ".png", where);
    Path image = Folders.inside(root, "JPEGImages/" + words[0], where);
    return new Entry(words[0], image(image), new Entry.PixelLabels(labels));
  }

  private static Path image(Path withoutEnding) {
    return ENDINGS.stream()
        .map(ending -> withoutEnding.resolveSibling(withoutEnding.getFileName() + ending))
        .filter(Files::exists)
        .findFirst()
        .orElse(withoutEnding.resolveSibling(withoutEnding.getFileName() + ".jpg"));
  }

  private static String stem(Path file) {
    return String.valueOf(file.getFileName()).replaceFirst("\\.[^.]+$", "");
  }
}
