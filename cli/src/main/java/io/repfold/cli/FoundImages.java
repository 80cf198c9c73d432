package io.repfold.cli;

import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.inputs.InputFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Images that were named, or that lie in folders that were named.
 *
 * @param images in the order of the names, those of a folder by their own
 * @param skipped for each folder of which something was left out, what that was
 */
record FoundImages(List<Path> images, List<Skipped> skipped) {
  private static final int SHOWN = 5;

  FoundImages {
    images = List.copyOf(images);
    skipped = List.copyOf(skipped);
  }

  /**
   * What was left out of a folder.
   *
   * @param what such as {@code 2 sub-folders, 1 hidden file}
   */
  record Skipped(Path folder, String what) {
    String text() {
      return "%s: skipped %s".formatted(folder, what);
    }
  }

  /**
   * Looks into folders, but not into folders in them.
   *
   * @param paths images and folders of images
   * @throws UsageException if a folder holds none
   */
  static FoundImages in(List<Path> paths) throws IOException {
    List<Path> images = new ArrayList<>();
    List<Skipped> skipped = new ArrayList<>();
    for (Path path : paths) {
      if (!Files.isDirectory(path)) {
        images.add(path);
        continue;
      }
      Folder folder = Folder.of(path);
      if (folder.images.isEmpty()) {
        String others = folder.others();
        throw new UsageException(
            "%s: holds no file that ends in .png, .jpg or .jpeg%s; name images or their folder"
                .formatted(path, others.isEmpty() ? "" : ", only " + others));
      }
      images.addAll(folder.images);
      if (!folder.others().isEmpty()) {
        skipped.add(new Skipped(path, folder.others()));
      }
    }
    return new FoundImages(images, skipped);
  }

  /** The content of one folder by kind. */
  private static final class Folder {
    private final List<Path> images = new ArrayList<>();
    private final Set<String> endings = new TreeSet<>();
    private int folders;
    private int hidden;
    private int dangling;
    private int unknown;

    static Folder of(Path path) throws IOException {
      Folder folder = new Folder();
      try (Stream<Path> content = Files.list(path)) {
        content.sorted().forEach(folder::add);
      }
      return folder;
    }

    private void add(Path file) {
      if (InputFiles.isHidden(file)) {
        hidden++;
      } else if (Files.isDirectory(file)) {
        folders++;
      } else if (!Files.exists(file)) {
        dangling++;
      } else if (InputFiles.isImage(file)) {
        images.add(file);
      } else {
        unknown++;
        String name = String.valueOf(file.getFileName());
        endings.add(name.contains(".") ? name.substring(name.lastIndexOf('.')) : name);
      }
    }

    /** Empty if there are none. */
    String others() {
      List<String> kinds = new ArrayList<>();
      count(kinds, folders, "sub-folder");
      count(kinds, dangling, "dangling link");
      count(kinds, hidden, "hidden file");
      count(kinds, unknown, "file");
      if (unknown > 0) {
        int last = kinds.size() - 1;
        kinds.set(
            last,
            "%s of another kind (%s)"
                .formatted(kinds.get(last), Phrases.few(List.copyOf(endings), SHOWN)));
      }
      return String.join(", ", kinds);
    }

    private static void count(List<String> kinds, int count, String noun) {
      if (count > 0) {
        kinds.add(Phrases.plural(count, noun));
      }
    }
  }
}
