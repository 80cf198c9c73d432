package io.repfold.blocks;

import io.repfold.graph.ElementType;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import java.util.List;
import java.util.SplittableRandom;

/** A random Rep block with what it was made from. */
record RandomBlock(RepSpec spec, RandomGraph random) {
  static RandomBlock of(RepKind kind, long seed, ElementType type) {
    SplittableRandom r = new SplittableRandom(seed);
    Kernel kernel = RandomKernels.kernel(r);
    int groups = r.nextBoolean() ? 1 : 1 + r.nextInt(4);
    int in = groups * (r.nextInt(3) == 0 ? 1 : 1 + r.nextInt(2));
    int out = r.nextBoolean() ? in : groups * (1 + r.nextInt(2));
    RepSpec spec =
        options(r, RepSpec.of(kind, out, kernel).withCopies(1 + r.nextInt(3)).withGroups(groups));
    List<Integer> dims =
        List.of(
            1 + r.nextInt(2),
            in,
            RandomKernels.image(r, kernel, 0),
            RandomKernels.image(r, kernel, 1));
    GraphBuilder b = RandomGraphs.builder(kind.id(), seed, type);
    String x = RandomGraphs.input(b, r, dims);
    b.output(RepBlocks.append(b, x, spec));
    String name =
        "seed %d: %s %s, groups %d, %d -> %d".formatted(seed, kind.id(), kernel, groups, in, out);
    return new RandomBlock(spec, new RandomGraph(name, b.build(), type, dims));
  }

  private static RepSpec options(SplittableRandom r, RepSpec spec) {
    RepSpec some =
        r.nextInt(3) == 0 ? spec.withInternalChannels(spec.groups() * (1 + r.nextInt(3))) : spec;
    int height = 1 + r.nextInt(spec.kernel().height());
    int width = 1 + r.nextInt(spec.kernel().width());
    return spec.kernel().size().equals(List.of(height, width)) || r.nextBoolean()
        ? some
        : some.withSmallKernel(height, width);
  }
}
