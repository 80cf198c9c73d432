package io.repfold.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * An image and what is written of it.
 *
 * @param image the file to read
 * @param mask the file to write
 * @param overlay a second one, if it was asked for
 */
record MaskFile(Path image, Path mask, Path overlay) {
  /**
   * Finds the images, and what to call their masks.
   *
   * @param paths images and folders of images
   * @param overlays whether overlays are written
   * @throws UsageException if there are none, or something would be overwritten
   */
  static List<MaskFile> all(List<Path> paths, Path output, boolean overlays) throws IOException {
    if (Files.exists(output) && !Files.isDirectory(output)) {
      throw new UsageException(output + ": is not a folder; name one for the masks");
    }
    List<MaskFile> files = new ArrayList<>();
    Map<Path, Path> sources = new LinkedHashMap<>();
    Set<Path> images = new HashSet<>();
    for (Path image : images(paths)) {
      String name = nameOf(image);
      MaskFile file =
          new MaskFile(image, output.resolve(name + ".png"), output.resolve(name + ".overlay.png"));
      files.add(file);
      images.add(real(image));
      claim(sources, file.mask(), image);
      if (overlays) {
        claim(sources, file.overlay(), image);
      }
    }
    sources.forEach(
        (target, image) -> {
          if (images.contains(real(target))) {
            throw new UsageException(
                "%s: is one of the images, and the mask of %s would take its place; name another folder"
                    .formatted(target, image));
          }
        });
    return files;
  }

  private static void claim(Map<Path, Path> sources, Path target, Path image) {
    Path other = sources.putIfAbsent(target, image);
    if (other != null) {
      throw new UsageException(
          "%s and %s would both be written to %s; segment them into different folders"
              .formatted(other, image, target));
    }
  }

  private static List<Path> images(List<Path> paths) throws IOException {
    List<Path> images = new ArrayList<>();
    for (Path path : paths) {
      if (!Files.isDirectory(path)) {
        images.add(path);
        continue;
      }
      try (Stream<Path> content = Files.list(path)) {
        List<Path> found = content.filter(InputFiles::isImage).sorted().toList();
        if (found.isEmpty()) {
          throw new UsageException(
              path
                  + ": holds no file that ends in .png, .jpg or .jpeg; name images or their folder");
        }
        images.addAll(found);
      }
    }
    return images;
  }

  private static String nameOf(Path image) {
    String name = String.valueOf(image.getFileName());
    int ending = name.lastIndexOf('.');
    return ending > 0 ? name.substring(0, ending) : name;
  }

  /** The same for all names of a file; a file that is not there keeps its name. */
  private static Path real(Path file) {
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (Files.exists(file)) {
        return file.toRealPath();
      }
      return folder != null && Files.exists(folder)
          ? folder.toRealPath().resolve(file.getFileName())
          : file.toAbsolutePath().normalize();
    } catch (IOException e) {
      return file.toAbsolutePath().normalize();
    }
  }
}
