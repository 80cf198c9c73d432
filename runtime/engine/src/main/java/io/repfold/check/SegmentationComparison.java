package io.repfold.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * How two networks segment the same images: whether a change matters to who uses the masks.
 *
 * @param nearBorders pixels at most {@value #BAND} pixels from another class of the reference,
 *     along rows, columns and diagonals (Chebyshev distance)
 * @param elsewhere all others
 * @param skipped pixels of which one of the networks gives NaN; they count nowhere else
 * @param beyondMargin pixels whose class changed although the reference's two best scores are
 *     further apart than twice the error; empty where no scores are known
 * @param largestComponent pixels of the largest changed piece of an image, whose pixels touch at
 *     sides or corners
 * @param classes those that occur on either side, in their order
 */
public record SegmentationComparison(
    Region nearBorders,
    Region elsewhere,
    long skipped,
    OptionalLong beyondMargin,
    int largestComponent,
    List<Overlap> classes) {
  /** The width of the band on each side of a border, in pixels. */
  public static final int BAND = 3;

  /**
   * Some of the pixels.
   *
   * @param changed those whose class differs
   */
  public record Region(long pixels, long changed) {
    /** The share whose class differs; 0 if there are none. */
    public double share() {
      return pixels == 0 ? 0 : (double) changed / pixels;
    }

    Region plus(Region other) {
      return new Region(pixels + other.pixels, changed + other.changed);
    }
  }

  /**
   * How two masks of a class lie on each other.
   *
   * @param label number of the class
   * @param intersection pixels to which both networks give it
   * @param union pixels to which one of them gives it, at least 1
   */
  public record Overlap(int label, long intersection, long union) {
    /** Intersection over union, 0 to 1. */
    public double iou() {
      return (double) intersection / union;
    }
  }

  public SegmentationComparison {
    classes = List.copyOf(classes);
  }

  /** Compares two maps. */
  public static SegmentationComparison of(SegmentationMaps maps) {
    BorderBand band = BorderBand.of(maps, BAND);
    long[] pixels = new long[2];
    long[] changed = new long[2];
    long skipped = 0;
    long beyond = 0;
    for (int pixel = 0; pixel < maps.pixels(); pixel++) {
      if (maps.isSkipped(pixel)) {
        skipped++;
        continue;
      }
      int near = band.contains(pixel) ? 1 : 0;
      pixels[near]++;
      changed[near] += maps.isChanged(pixel) ? 1 : 0;
      beyond += maps.change(pixel) == SegmentationMaps.Change.BEYOND_MARGIN ? 1 : 0;
    }
    return new SegmentationComparison(
        new Region(pixels[1], changed[1]),
        new Region(pixels[0], changed[0]),
        skipped,
        maps.hasMargins() ? OptionalLong.of(beyond) : OptionalLong.empty(),
        ChangedPieces.largest(maps),
        overlaps(maps));
  }

  private static List<Overlap> overlaps(SegmentationMaps maps) {
    Map<Integer, long[]> found = new TreeMap<>();
    for (int pixel = 0; pixel < maps.pixels(); pixel++) {
      if (maps.isSkipped(pixel)) {
        continue;
      }
      int expected = maps.reference(pixel);
      int other = maps.candidate(pixel);
      long[] counts = found.computeIfAbsent(expected, label -> new long[2]);
      counts[1]++;
      if (expected == other) {
        counts[0]++;
      } else {
        found.computeIfAbsent(other, label -> new long[2])[1]++;
      }
    }
    return overlaps(found);
  }

  private static List<Overlap> overlaps(Map<Integer, long[]> counts) {
    List<Overlap> overlaps = new ArrayList<>();
    counts.forEach((label, c) -> overlaps.add(new Overlap(label, c[0], c[1])));
    return overlaps;
  }

  /** Those of these and of other images together. */
  public SegmentationComparison plus(SegmentationComparison other) {
    Map<Integer, long[]> counts = new TreeMap<>();
    for (List<Overlap> some : List.of(classes, other.classes)) {
      for (Overlap overlap : some) {
        long[] sum = counts.computeIfAbsent(overlap.label(), label -> new long[2]);
        sum[0] += overlap.intersection();
        sum[1] += overlap.union();
      }
    }
    return new SegmentationComparison(
        nearBorders.plus(other.nearBorders),
        elsewhere.plus(other.elsewhere),
        skipped + other.skipped,
        beyondMargin.isPresent() && other.beyondMargin.isPresent()
            ? OptionalLong.of(beyondMargin.getAsLong() + other.beyondMargin.getAsLong())
            : OptionalLong.empty(),
        Math.max(largestComponent, other.largestComponent),
        overlaps(counts));
  }

  /** All pixels that were compared. */
  public Region all() {
    return nearBorders.plus(elsewhere);
  }

  /** The mean over the classes that occur; 1 if no pixel was compared. */
  public double meanIou() {
    return classes.stream().mapToDouble(Overlap::iou).average().orElse(1);
  }
}
