package io.repfold.blocks;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The kinds of Rep blocks. Here k x k stands for the convolution that the block replaces; every
 * branch ends in a batch normalisation of its own.
 */
public enum RepKind {
  /** k x k alone: what the other kinds fold into, before its batch normalisation is folded. */
  PLAIN,
  /**
   * k x k + 1 x k + k x 1: the asymmetric convolution block of ACNet (Ding et al., ICCV 2019,
   * arXiv:1908.03930).
   */
  ACB,
  /** k x k + 1 x 1 + identity (Ding et al., "RepVGG", CVPR 2021, arXiv:2101.03697), unactivated. */
  REPVGG,
  /**
   * k x k + 1 x 1 + (1 x 1, k x k) + (1 x 1, average): the diverse branch block (Ding et al., CVPR
   * 2021, arXiv:2103.13425).
   */
  DBB,
  /** {@link #DBB} without the average. */
  DBB2,
  /** {@link #DBB2} + identity. */
  DBB3,
  /** {@link #DBB} + identity. */
  DBB4,
  /** Several k x k + 1 x 1 + identity (Vasu et al., "MobileOne", CVPR 2023, arXiv:2206.04040). */
  MOBILEONE,
  /**
   * K x K + a smaller kernel (Ding et al., "Scaling Up Your Kernels to 31x31", CVPR 2022,
   * arXiv:2203.06717).
   */
  LARGEKERNEL;

  /** The name in configurations, such as {@code dbb2}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The kind of this name, in upper or lower case.
   *
   * @throws IllegalArgumentException if there is none; names the nearest
   */
  public static RepKind of(String id) {
    String wanted = id.strip().toLowerCase(Locale.ROOT);
    for (RepKind kind : values()) {
      if (kind.id().equals(wanted)) {
        return kind;
      }
    }
    RepKind nearest =
        Arrays.stream(values())
            .min(Comparator.comparingInt(kind -> distance(wanted, kind.id())))
            .orElseThrow();
    String all = Arrays.stream(values()).map(RepKind::id).collect(Collectors.joining(", "));
    throw new IllegalArgumentException(
        "There is no block kind '%s'; did you mean '%s'? The kinds are %s"
            .formatted(id, nearest.id(), all));
  }

  /** Levenshtein's distance: insertions, deletions and replacements of one character. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    Arrays.setAll(row, j -> j);
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
