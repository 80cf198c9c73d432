package io.repfold.cli;

import io.repfold.image.ImageSegmenter;
import io.repfold.image.Palette;
import io.repfold.image.Segmentation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes masks and overlays, each as a whole or not at all. For any number of threads. */
final class MaskWriter implements ImageSegmenter.Encoder<long[]> {
  private final Map<String, MaskFile> files = new HashMap<>();
  private final Path staging;
  private final Palette palette;
  private final Optional<Double> opacity;

  /**
   * @param staging a folder on the disk of the masks
   * @param opacity of overlays, if they are wanted
   */
  MaskWriter(List<MaskFile> files, Path staging, Palette palette, Optional<Double> opacity) {
    files.forEach(file -> this.files.put(file.image().toString(), file));
    this.staging = staging;
    this.palette = palette;
    this.opacity = opacity;
  }

  /** The number of pixels of each class, up to the last that occurs. */
  @Override
  public long[] encode(Segmentation found) throws IOException {
    MaskFile file = files.get(found.name());
    if (file == null) {
      throw new IllegalStateException("Nobody asked for " + found.name());
    }
    if (opacity.isPresent()) {
      write(file.overlay(), found.overlayPng(palette, opacity.get()));
    }
    write(file.mask(), found.mask().png(palette));
    long[] counts = found.mask().counts();
    int classes = counts.length;
    while (classes > 0 && counts[classes - 1] == 0) {
      classes--;
    }
    return Arrays.copyOf(counts, classes);
  }

  private void write(Path target, byte[] content) throws IOException {
    Path written = Files.write(staging.resolve(target.getFileName()), content);
    Files.move(
        written, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
