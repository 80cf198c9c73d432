package io.repfold.blocks;

import io.repfold.graph.Kernel;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a Rep block is made of. The input's channels are those of the value it is appended to.
 *
 * @param outChannels at least 1
 * @param kernel geometry of the k x k convolution, and of the one that the block folds into
 * @param groups must divide input, output and internal channels
 * @param internalChannels channels between the 1 x 1 and the k x k of the diverse branch block;
 *     empty for those of the input, or twice as many if the block is depthwise
 * @param copies number of k x k branches of {@link RepKind#MOBILEONE}
 * @param smallKernel height and width of the second kernel of {@link RepKind#LARGEKERNEL}; empty
 *     for 5 x 5, or for the next smaller odd size if the first is not larger
 */
public record RepSpec(
    RepKind kind,
    int outChannels,
    Kernel kernel,
    int groups,
    OptionalInt internalChannels,
    int copies,
    Optional<List<Integer>> smallKernel) {
  private static final int MOBILEONE_S0_COPIES = 4;

  public RepSpec {
    Check.that(
        outChannels >= 1, "%s: output channels must be at least 1, got %d", kind.id(), outChannels);
    Check.that(groups >= 1, "%s: groups must be at least 1, got %d", kind.id(), groups);
    Check.that(
        outChannels % groups == 0,
        "%s: %d output channels cannot be split into %d groups",
        kind.id(),
        outChannels,
        groups);
    internalChannels.ifPresent(
        internal ->
            Check.that(
                internal >= 1 && internal % groups == 0,
                "%s: %d internal channels cannot be split into %d groups",
                kind.id(),
                internal,
                groups));
    Check.that(copies >= 1, "%s: copies must be at least 1, got %d", kind.id(), copies);
    smallKernel = smallKernel.map(List::copyOf);
    smallKernel.ifPresent(small -> checkSmall(kind, kernel, small));
  }

  private static void checkSmall(RepKind kind, Kernel kernel, List<Integer> small) {
    Check.that(
        small.size() == 2
            && small.stream().allMatch(k -> k >= 1)
            && small.get(0) <= kernel.height()
            && small.get(1) <= kernel.width()
            && !small.equals(kernel.size()),
        "%s: the small kernel must be height and width, within %s and not the same, got %s",
        kind.id(),
        kernel.size(),
        small);
  }

  /** A block with the kind's defaults and one group. */
  public static RepSpec of(RepKind kind, int outChannels, Kernel kernel) {
    return new RepSpec(
        kind, outChannels, kernel, 1, OptionalInt.empty(), MOBILEONE_S0_COPIES, Optional.empty());
  }

  public RepSpec withGroups(int value) {
    return new RepSpec(kind, outChannels, kernel, value, internalChannels, copies, smallKernel);
  }

  public RepSpec withInternalChannels(int value) {
    return new RepSpec(
        kind, outChannels, kernel, groups, OptionalInt.of(value), copies, smallKernel);
  }

  public RepSpec withCopies(int value) {
    return new RepSpec(kind, outChannels, kernel, groups, internalChannels, value, smallKernel);
  }

  public RepSpec withSmallKernel(int height, int width) {
    return new RepSpec(
        kind,
        outChannels,
        kernel,
        groups,
        internalChannels,
        copies,
        Optional.of(List.of(height, width)));
  }

  /** Whether each channel of {@code inChannels} is convolved by itself into one. */
  boolean isDepthwise(int inChannels) {
    return groups > 1 && groups == inChannels && groups == outChannels;
  }
}
