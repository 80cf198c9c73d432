package io.repfold.pipeline.compare;

import io.repfold.check.SegmentationMaps;
import io.repfold.check.SegmentationMaps.Change;
import io.repfold.image.Mask;
import java.util.List;

/**
 * The first image of a sample, as small pictures: of larger ones each pixel stands for a square of
 * several.
 *
 * @param reference the classes that the reference gives; those from 256 on begin at 0 again
 * @param candidate likewise
 * @param changes places in {@link #CHANGES}; of a square, the last of those in it, so that no
 *     changed pixel is lost
 */
public record SegmentationPictures(Mask reference, Mask candidate, Mask changes) {
  /** Pixels of the longer side. */
  static final int LONGEST = 320;

  /** What becomes of a pixel, the worst last. */
  public static final List<Change> CHANGES =
      List.of(Change.NONE, Change.SKIPPED, Change.WITHIN_MARGIN, Change.BEYOND_MARGIN);

  static SegmentationPictures of(SegmentationMaps maps) {
    int step = (Math.max(maps.height(), maps.width()) + LONGEST - 1) / LONGEST;
    int height = (maps.height() + step - 1) / step;
    int width = (maps.width() + step - 1) / step;
    byte[] reference = new byte[height * width];
    byte[] candidate = new byte[height * width];
    byte[] changes = new byte[height * width];
    for (int i = 0; i < reference.length; i++) {
      int top = i / width * step;
      int left = i % width * step;
      int first = top * maps.width() + left;
      reference[i] = (byte) maps.reference(first);
      candidate[i] = (byte) maps.candidate(first);
      changes[i] = (byte) worst(maps, top, left, step);
    }
    return new SegmentationPictures(
        new Mask(height, width, reference),
        new Mask(height, width, candidate),
        new Mask(height, width, changes));
  }

  private static int worst(SegmentationMaps maps, int top, int left, int step) {
    int worst = 0;
    for (int y = top; y < Math.min(maps.height(), top + step); y++) {
      for (int x = left; x < Math.min(maps.width(), left + step); x++) {
        worst = Math.max(worst, CHANGES.indexOf(maps.change(y * maps.width() + x)));
      }
    }
    return worst;
  }
}
