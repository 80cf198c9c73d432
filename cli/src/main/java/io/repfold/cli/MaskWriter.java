package io.repfold.cli;

import io.repfold.image.ImageSegmenter;
import io.repfold.image.Palette;
import io.repfold.image.Segmentation;
import io.repfold.images.Images;
import io.repfold.images.Orientation;
import io.repfold.runtime.WholeFile;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Writes masks and overlays, each as a whole or not at all. For any number of threads. */
final class MaskWriter implements ImageSegmenter.Encoder<long[]> {
  private final AtomicInteger turned = new AtomicInteger();
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
      write(found.name(), file.overlay(), found.overlayPng(palette, opacity.get()));
    }
    write(found.name(), file.mask(), found.mask().png(palette));
    if (Images.header(file.image()).orientation() != Orientation.UPRIGHT) {
      turned.incrementAndGet();
    }
    long[] counts = found.mask().counts();
    int classes = counts.length;
    while (classes > 0 && counts[classes - 1] == 0) {
      classes--;
    }
    return Arrays.copyOf(counts, classes);
  }

  /** How many images so far were turned or mirrored, as their cameras wrote. */
  int turned() {
    return turned.get();
  }

  /** A full disk says neither which image was meant nor where to. */
  private void write(String image, Path target, byte[] content) throws IOException {
    Path written = staging.resolve(target.getFileName());
    try {
      Files.write(written, content);
      WholeFile.move(written, target);
    } catch (IOException e) {
      delete(written, e);
      String reason = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
      throw new IOException(
          "'%s': %s cannot be written: %s"
              .formatted(image, target, reason == null ? e.getClass().getSimpleName() : reason),
          e);
    }
  }

  /** What is wrong is why it was not written, not that it cannot be deleted. */
  private static void delete(Path written, IOException cause) {
    try {
      Files.deleteIfExists(written);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }
}
