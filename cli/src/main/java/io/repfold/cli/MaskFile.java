package io.repfold.cli;

import io.repfold.pipeline.files.StagedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An image and what is written of it.
 *
 * @param image the file to read
 * @param mask the file to write
 * @param overlay a second one, if it was asked for
 */
record MaskFile(Path image, Path mask, Path overlay) {
  /**
   * Finds out what to call the masks of images.
   *
   * @param overlays whether overlays are written
   * @param endings whether the ending of the image stays in the name
   * @throws UsageException if something would be overwritten
   */
  static List<MaskFile> all(List<Path> images, Path output, boolean overlays, boolean endings) {
    if (Files.exists(output) && !Files.isDirectory(output)) {
      throw new UsageException(output + ": is not a folder; name one for the masks");
    }
    List<MaskFile> files = new ArrayList<>();
    Map<Path, Path> sources = new LinkedHashMap<>();
    Set<Path> read = new HashSet<>();
    for (Path image : images) {
      String name = endings ? String.valueOf(image.getFileName()) : withoutEnding(image);
      MaskFile file =
          new MaskFile(image, output.resolve(name + ".png"), output.resolve(name + ".overlay.png"));
      files.add(file);
      if (!read.add(real(image))) {
        throw new UsageException(image + ": is named twice; name it once");
      }
      claim(sources, file.mask(), image);
      if (overlays) {
        claim(sources, file.overlay(), image);
      }
    }
    sources.keySet().forEach(StagedFile::checkPlace);
    sources.forEach(
        (target, image) -> {
          if (read.contains(real(target))) {
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
      boolean alike =
          String.valueOf(other.getFileName()).equals(String.valueOf(image.getFileName()));
      throw new UsageException(
          "%s and %s would both be written to %s; %s"
              .formatted(
                  other,
                  image,
                  target,
                  alike
                      ? "segment them into different folders"
                      : "--keep-endings calls their masks %s.png and %s.png"
                          .formatted(other.getFileName(), image.getFileName())));
    }
  }

  private static String withoutEnding(Path image) {
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
