package io.repfold.blocks;

import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Appends Rep blocks in their training form: parallel branches, each ending in a batch
 * normalization of its own, and their sum; or, as {@link RepKind#QAREPVGG}, one behind the sum. No
 * activation follows.
 *
 * <p>All branches have the block's stride, dilation and groups, and lie on its center tap: a 1 x 1
 * reads the pixel that the center tap of the k x k reads, a 1 x k the pixels of its center row.
 * Where the block's pads are not those that keep the image's size, these branches are padded or cut
 * so that all have the same outputs at every image size. So every block folds into one convolution
 * of the block's kernel, stride, dilation, pads and groups.
 */
public final class RepBlocks {
  private RepBlocks() {}

  /**
   * Appends a block within the builder's scope.
   *
   * @param x [N, I, H, W]
   * @return the sum of the branches, normalized where the kind says so, [N, O, H', W']
   * @throws IllegalArgumentException if the groups do not divide the channels
   */
  public static String append(GraphBuilder b, String x, RepSpec spec) {
    int in = b.channels(x);
    Check.that(
        in % spec.groups() == 0,
        "%s after '%s': %d input channels cannot be split into %d groups",
        spec.kind().id(),
        x,
        in,
        spec.groups());
    List<String> ends =
        present(spec, in).map(branch -> branch.append(b.scope(branch.name()), x, spec)).toList();
    return spec.kind().normalizesSum() ? b.batchNorm(b.named("").add(ends)) : b.add(ends);
  }

  /** The branches that the block has at this shape, such as {@code pointwise}, in their order. */
  public static List<String> names(RepSpec spec, int inChannels) {
    return present(spec, inChannels).map(Branch::name).toList();
  }

  private static Stream<Branch> present(RepSpec spec, int in) {
    return branches(spec, in).stream().filter(branch -> branch.absence(spec, in).isEmpty());
  }

  /**
   * The branches of the kind that the block has not at this shape, each with the reason, such as
   * {@code identity: 4 channels come in and 8 go out}.
   */
  public static List<String> leftOut(RepSpec spec, int inChannels) {
    List<String> reasons = new ArrayList<>();
    for (Branch branch : branches(spec, inChannels)) {
      branch
          .absence(spec, inChannels)
          .ifPresent(because -> reasons.add(branch.name() + ": " + because));
    }
    return reasons;
  }

  private static List<Branch> branches(RepSpec spec, int inChannels) {
    Kernel kernel = spec.kernel();
    Branch own = KernelBranch.own("kxk", kernel);
    Branch pointwise = KernelBranch.pointwise();
    Branch identity = new IdentityBranch(true);
    return switch (spec.kind()) {
      case PLAIN -> List.of(own);
      case ACB -> List.of(own, KernelBranch.horizontal(kernel), KernelBranch.vertical(kernel));
      case REPVGG -> List.of(own, pointwise, identity);
      case QAREPVGG -> List.of(own, KernelBranch.barePointwise(), new IdentityBranch(false));
      case DBB, DBB2, DBB3, DBB4 -> diverse(spec, inChannels);
      case MOBILEONE -> {
        List<Branch> all = new ArrayList<>();
        IntStream.range(0, spec.copies())
            .forEach(i -> all.add(KernelBranch.own("kxk" + i, kernel)));
        all.addAll(List.of(pointwise, identity));
        yield all;
      }
      case LARGEKERNEL -> List.of(own, KernelBranch.small(spec));
    };
  }

  /** A depthwise diverse branch block has no 1 x 1 branch. */
  private static List<Branch> diverse(RepSpec spec, int inChannels) {
    RepKind kind = spec.kind();
    List<Branch> all = new ArrayList<>(List.of(KernelBranch.own("kxk", spec.kernel())));
    if (!spec.isDepthwise(inChannels)) {
      all.add(KernelBranch.pointwise());
    }
    all.add(new SequenceBranch());
    if (kind == RepKind.DBB || kind == RepKind.DBB4) {
      all.add(new AverageBranch());
    }
    if (kind == RepKind.DBB3 || kind == RepKind.DBB4) {
      all.add(new IdentityBranch(true));
    }
    return all;
  }
}
