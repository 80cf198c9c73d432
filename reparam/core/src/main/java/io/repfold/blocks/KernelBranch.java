package io.repfold.blocks;

import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import java.util.Optional;

/**
 * A convolution of the block's kernel or of a smaller one on its center tap, and its batch
 * normalization.
 *
 * @param own whether it is the block's kernel by definition, so that it is never left out
 * @param normalized whether there is a batch normalization
 */
record KernelBranch(String name, int height, int width, boolean own, boolean normalized)
    implements Branch {
  static KernelBranch own(String name, Kernel kernel) {
    return new KernelBranch(name, kernel.height(), kernel.width(), true, true);
  }

  static KernelBranch pointwise() {
    return smaller("pointwise", 1, 1);
  }

  /** A 1 x 1 without a normalization. */
  static KernelBranch barePointwise() {
    return new KernelBranch("pointwise", 1, 1, false, false);
  }

  static KernelBranch horizontal(Kernel kernel) {
    return smaller("horizontal", 1, kernel.width());
  }

  static KernelBranch vertical(Kernel kernel) {
    return smaller("vertical", kernel.height(), 1);
  }

  /** The small kernel of a large-kernel block. */
  static KernelBranch small(RepSpec spec) {
    return spec.smallKernel()
        .map(small -> smaller("small", small.get(0), small.get(1)))
        .orElseGet(() -> nextSmaller(spec.kernel()));
  }

  private static KernelBranch nextSmaller(Kernel kernel) {
    int longest = Math.max(kernel.height(), kernel.width());
    int size = longest > 5 ? 5 : longest > 3 ? 3 : 1;
    int height = Math.min(size, kernel.height());
    return smaller("small", height, Math.min(size, kernel.width()));
  }

  private static KernelBranch smaller(String name, int height, int width) {
    return new KernelBranch(name, height, width, false, true);
  }

  @Override
  public Optional<String> absence(RepSpec spec, int inChannels) {
    boolean same = height == spec.kernel().height() && width == spec.kernel().width();
    return same && !own
        ? Optional.of("a %dx%d kernel is the block's own".formatted(height, width))
        : Optional.empty();
  }

  @Override
  public String append(GraphBuilder b, String x, RepSpec spec) {
    CenteredKernel placement = CenteredKernel.centered(spec.kernel(), height, width);
    return normalized ? placement.convBn(b, x, spec) : placement.conv(b, x, spec);
  }
}
