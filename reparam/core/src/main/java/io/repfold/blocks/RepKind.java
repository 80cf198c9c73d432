package io.repfold.blocks;

import io.repfold.graph.Spelling;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The kinds of Rep blocks. Here k x k stands for the convolution that the block replaces; but for
 * {@link #QAREPVGG}, every branch ends in a batch normalization of its own.
 */
public enum RepKind {
  /** k x k alone: what the other kinds fold into, before its batch normalization is folded. */
  PLAIN,
  /**
   * k x k + 1 x k + k x 1: the asymmetric convolution block of ACNet (Ding et al., ICCV 2019,
   * arXiv:1908.03930).
   */
  ACB,
  /** k x k + 1 x 1 + identity (Ding et al., "RepVGG", CVPR 2021, arXiv:2101.03697), unactivated. */
  REPVGG,
  /**
   * (k x k, batch normalization) + 1 x 1 + identity, and a batch normalization of the sum (Chu et
   * al., "Make RepVGG Greater Again", AAAI 2024, arXiv:2212.01593): neither the 1 x 1 nor the
   * identity can be scaled up by a small variance of its own, so that the folded weights suit int8.
   */
  QAREPVGG,
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

  /** Whether the block ends in a batch normalization of the sum of its branches. */
  public boolean normalizesSum() {
    return this == QAREPVGG;
  }

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
    List<String> all = Arrays.stream(values()).map(RepKind::id).toList();
    throw new IllegalArgumentException(
        "There is no block kind '%s'; did you mean '%s'? The kinds are %s"
            .formatted(id, Spelling.nearest(wanted, all), String.join(", ", all)));
  }
}
