package io.repfold.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A list with an image and its labels on each line, both relative to the folder of the data, with a
 * tab or spaces between them. The labels are a PNG, or a number: the class of the whole image.
 */
final class ListFile {
  private ListFile() {}

  static Source read(LoaderArguments arguments) {
    Path folder = arguments.dataDir();
    Folders.requireFolder(folder);
    Path list = list(folder, arguments.split());
    List<Entry> entries = new ArrayList<>();
    List<String> lines = Folders.split(list, arguments.split());
    for (int i = 0; i < lines.size(); i++) {
      Entry entry = entry(folder, lines.get(i), "'%s', entry %d".formatted(list, i + 1));
      if (!entries.isEmpty() && entries.get(0).classified() != entry.classified()) {
        throw new DataException(
            "'%s', entry %d: found %s, but the entries before have %s; a list holds one kind",
            list, i + 1, kind(entry), kind(entries.get(0)));
      }
      entries.add(entry);
    }
    return new Source(entries, ClassNames.of(arguments, folder, Optional.empty()));
  }

  private static Path list(Path folder, String split) {
    Path exact = Folders.inside(folder, split, "split");
    return Files.isRegularFile(exact) ? exact : Folders.inside(folder, split + ".txt", "split");
  }

  private static Entry entry(Path folder, String line, String where) {
    String[] words = line.split(line.contains("\t") ? "\t+" : " +", -1);
    if (words.length != 2) {
      throw new DataException(
          "%s: expected an image and its labels, found %d words in '%s'; put a tab between them if"
              + " a name has spaces",
          where, words.length, line);
    }
    Path image = Folders.inside(folder, words[0].strip(), where);
    return new Entry(words[0].strip(), image, target(folder, words[1].strip(), where));
  }

  private static Entry.Target target(Path folder, String text, String where) {
    if (!text.matches("-?\\d+")) {
      return new Entry.PixelLabels(Folders.inside(folder, text, where));
    }
    if (text.startsWith("-") || text.length() > 5 || Integer.parseInt(text) > LabelMap.LARGEST) {
      throw new DataException("%s: the class %s is not in 0 to %d", where, text, LabelMap.LARGEST);
    }
    return new Entry.ImageLabel(Integer.parseInt(text));
  }

  private static String kind(Entry entry) {
    return entry.classified() ? "a class for the image" : "a label for each pixel";
  }
}
