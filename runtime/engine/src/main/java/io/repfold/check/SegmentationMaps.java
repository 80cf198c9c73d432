package io.repfold.check;

import io.repfold.runtime.HostTensor;
import java.util.Arrays;
import java.util.Optional;

/**
 * The classes that two networks give the pixels of the same images. A pixel whose scores hold NaN
 * on either side has none, and is in no statistic.
 *
 * <p>Pixels are numbered by rows: {@code (image * height + y) * width + x}.
 */
public final class SegmentationMaps {
  /** What became of the class of a pixel. */
  public enum Change {
    /** Both networks give the same. */
    NONE,
    /** It is another, where rounding may decide between the reference's two best scores. */
    WITHIN_MARGIN,
    /** It is another, where rounding does not explain it, or where no scores are known. */
    BEYOND_MARGIN,
    /** One of the networks gives NaN. */
    SKIPPED
  }

  private static final int RANK = 4;

  private final int images;
  private final int height;
  private final int width;
  private final boolean margins;
  private final int[] reference;
  private final int[] candidate;
  private final Change[] changes;

  private SegmentationMaps(int images, int height, int width, boolean margins) {
    this.images = images;
    this.height = height;
    this.width = width;
    this.margins = margins;
    this.reference = new int[images * height * width];
    this.candidate = new int[reference.length];
    this.changes = new Change[reference.length];
  }

  /**
   * Those with the best scores, the first of equals.
   *
   * @param reference [N, C, H, W], or with the classes on another axis
   * @param candidate of the same shape
   * @param axis that of the classes, 1 to 3
   * @param margin how far apart scores may be that rounding exchanges: {@link Comparison#margin}
   * @return empty if these are no scores of images: another rank, less than 2 classes, no element,
   *     not floating, or of different shapes
   */
  public static Optional<SegmentationMaps> ofScores(
      HostTensor reference, HostTensor candidate, int axis, double margin) {
    if (!areScores(reference, axis)
        || !candidate.type().isFloating()
        || !Arrays.equals(reference.shape(), candidate.shape())) {
      return Optional.empty();
    }
    Positions positions = Positions.along(axis, reference.shape());
    SegmentationMaps maps = of(reference, axis);
    for (int pixel = 0; pixel < maps.reference.length; pixel++) {
      BestTwo expected = positions.bestTwo(reference, pixel);
      BestTwo found = positions.bestTwo(candidate, pixel);
      maps.set(
          pixel,
          expected.channel(),
          found.channel(),
          expected.hasNan() || found.hasNan(),
          expected.lead() > margin);
    }
    return Optional.of(maps);
  }

  /**
   * Those that the networks give themselves.
   *
   * @param reference labels [N, H, W] or [N, 1, H, W]
   * @param candidate of the same shape
   * @return empty if these are no labels of images
   */
  public static Optional<SegmentationMaps> ofLabels(HostTensor reference, HostTensor candidate) {
    long[] shape = reference.shape();
    boolean images = shape.length == 3 || (shape.length == RANK && shape[1] == 1);
    if (!images || reference.size() == 0 || !Arrays.equals(shape, candidate.shape())) {
      return Optional.empty();
    }
    SegmentationMaps maps =
        new SegmentationMaps(
            (int) shape[0], (int) shape[shape.length - 2], (int) shape[shape.length - 1], false);
    for (int pixel = 0; pixel < maps.reference.length; pixel++) {
      maps.set(pixel, (int) reference.get(pixel), (int) candidate.get(pixel), false, true);
    }
    return Optional.of(maps);
  }

  /**
   * Likewise, where the scores are known of which these are the best.
   *
   * @param scores those of the reference, [N, C, H, W] or with the classes on another axis
   * @param axis that of the classes, 1 to 3
   * @param margin as in {@link #ofScores}; where it is 0, no other label is explained
   * @return empty if these are no labels of images, or not those of the scores
   */
  public static Optional<SegmentationMaps> ofLabels(
      HostTensor reference, HostTensor candidate, HostTensor scores, int axis, double margin) {
    Optional<SegmentationMaps> labels = ofLabels(reference, candidate);
    if (labels.isEmpty() || !areScores(scores, axis)) {
      return Optional.empty();
    }
    Positions positions = Positions.along(axis, scores.shape());
    SegmentationMaps maps = of(scores, axis);
    if (!maps.hasSizeOf(labels.get())) {
      return Optional.empty();
    }
    for (int pixel = 0; pixel < maps.reference.length; pixel++) {
      BestTwo best = positions.bestTwo(scores, pixel);
      maps.set(
          pixel,
          labels.get().reference[pixel],
          labels.get().candidate[pixel],
          best.hasNan(),
          margin == 0 || best.lead() > margin);
    }
    return Optional.of(maps);
  }

  /**
   * Whether a tensor holds scores of several classes for the pixels of images.
   *
   * @param axis that of the classes
   */
  public static boolean areScores(HostTensor tensor, int axis) {
    return tensor.type().isFloating()
        && tensor.rank() == RANK
        && tensor.size() > 0
        && axis >= 1
        && axis < RANK
        && tensor.shape()[axis] > 1;
  }

  /** For scores with the classes on an axis. */
  private static SegmentationMaps of(HostTensor scores, int axis) {
    long[] shape = scores.shape();
    return new SegmentationMaps(
        (int) shape[0],
        (int) shape[axis == 1 ? 2 : 1],
        (int) shape[axis == RANK - 1 ? 2 : RANK - 1],
        true);
  }

  private void set(int pixel, int expected, int found, boolean skipped, boolean beyond) {
    reference[pixel] = expected;
    candidate[pixel] = found;
    if (skipped) {
      changes[pixel] = Change.SKIPPED;
    } else if (expected == found) {
      changes[pixel] = Change.NONE;
    } else {
      changes[pixel] = beyond ? Change.BEYOND_MARGIN : Change.WITHIN_MARGIN;
    }
  }

  private boolean hasSizeOf(SegmentationMaps other) {
    return images == other.images && height == other.height && width == other.width;
  }

  public int images() {
    return images;
  }

  /** In pixels. */
  public int height() {
    return height;
  }

  /** In pixels. */
  public int width() {
    return width;
  }

  /** Whether it is known which changes rounding explains. */
  public boolean hasMargins() {
    return margins;
  }

  /** The pixels of all images. */
  public int pixels() {
    return reference.length;
  }

  /** The reference's class of a pixel; means nothing where that is {@link Change#SKIPPED}. */
  public int reference(int pixel) {
    return reference[pixel];
  }

  /** The candidate's class of a pixel; means nothing where that is {@link Change#SKIPPED}. */
  public int candidate(int pixel) {
    return candidate[pixel];
  }

  public Change change(int pixel) {
    return changes[pixel];
  }

  boolean isSkipped(int pixel) {
    return changes[pixel] == Change.SKIPPED;
  }

  boolean isChanged(int pixel) {
    return changes[pixel] == Change.WITHIN_MARGIN || changes[pixel] == Change.BEYOND_MARGIN;
  }
}
