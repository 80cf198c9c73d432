package io.repfold.blocks;

import io.repfold.graph.Dim;
import io.repfold.graph.ElementType;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Shape;
import io.repfold.graph.WeightSource;
import io.repfold.kit.Shapes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Seeded graphs for tests that compare a graph before and after a change. Channels are few and
 * images small, so that ten thousand are a matter of seconds. Every batch normalization has
 * statistics far from 0 and 1, and often an epsilon that matters.
 *
 * <p>Parameters are of type double unless asked otherwise: a fold of them loses nothing to float32.
 */
public final class RandomGraphs {
  private static final RepKind[] KINDS = RepKind.values();
  private static final float[] EPSILONS = {1e-5f, 1e-3f, 0.05f, 0.5f};

  private RandomGraphs() {}

  /** A Rep block; the kinds take turns. */
  public static RandomGraph block(long seed) {
    return block(KINDS[(int) Math.floorMod(seed, (long) KINDS.length)], seed, ElementType.DOUBLE);
  }

  /** A Rep block of one kind with any kernel, stride, dilation, groups and pads. */
  public static RandomGraph block(RepKind kind, long seed, ElementType type) {
    return RandomBlock.of(kind, seed, type).random();
  }

  /** One convolution of any kernel, stride, dilation, groups and pads, with and without bias. */
  public static RandomGraph convolution(long seed, ElementType type) {
    SplittableRandom r = new SplittableRandom(seed);
    Kernel kernel = RandomKernels.kernel(r);
    int groups = r.nextBoolean() ? 1 : 1 + r.nextInt(4);
    int in = groups * (1 + r.nextInt(2));
    int out = r.nextBoolean() ? in : groups * (1 + r.nextInt(2));
    List<Integer> dims =
        List.of(
            1 + r.nextInt(2),
            in,
            RandomKernels.image(r, kernel, 0),
            RandomKernels.image(r, kernel, 1));
    GraphBuilder b = builder("convolution", seed, type);
    String x = input(b, r, dims);
    b.output(
        r.nextBoolean() ? b.biasedConv(x, out, kernel, groups) : b.conv(x, out, kernel, groups));
    String name = "seed %d: %s, groups %d, %d -> %d".formatted(seed, kernel, groups, in, out);
    return new RandomGraph(name, b.build(), type, dims);
  }

  /**
   * Parallel convolutions of any kernels, dilations, pads and groups, with and without bias and
   * normalization, and their sum. They have one stride and the same outputs at every image size, so
   * that they always are one convolution, though often one that costs more.
   */
  public static RandomGraph sum(long seed) {
    SplittableRandom r = new SplittableRandom(seed);
    GraphBuilder b = builder("sum", seed, ElementType.DOUBLE);
    RandomSum sum = RandomSum.of(r);
    String x = input(b, r, sum.dims());
    b.output(sum.append(b, x, r));
    return new RandomGraph(
        "seed %d: %s".formatted(seed, sum), b.build(), ElementType.DOUBLE, sum.dims());
  }

  /**
   * A chain of linear and some other ops, with shortcuts around some of them and now and then an
   * inner value among the outputs. Some of it folds and some must not.
   */
  public static RandomGraph chain(long seed) {
    SplittableRandom r = new SplittableRandom(seed);
    GraphBuilder b = builder("chain", seed, ElementType.DOUBLE);
    List<Integer> dims = List.of(1, 2 * (1 + r.nextInt(2)), 4 + r.nextInt(6), 4 + r.nextInt(6));
    String x = input(b, r, dims);
    new RandomChain(b, r, dims.get(2), dims.get(3)).append(x, 2 + r.nextInt(7));
    return new RandomGraph("seed %d: chain".formatted(seed), b.build(), ElementType.DOUBLE, dims);
  }

  /**
   * Products by matrices, scales, ops that move elements and others, over values of two to four
   * axes; half leave the batch open.
   */
  public static RandomGraph walk(long seed) {
    return walk(seed, ElementType.DOUBLE);
  }

  /** The same with numbers of another type. */
  public static RandomGraph walk(long seed, ElementType type) {
    SplittableRandom r = new SplittableRandom(seed);
    GraphBuilder b = builder("walk", seed, type);
    int rank = 2 + r.nextInt(3);
    long[] dims = r.longs(rank, 1, 5).toArray();
    dims[0] = 1L + r.nextInt(2);
    dims[1] = r.nextBoolean() ? 4 : r.nextInt(4) == 0 ? 8 : dims[1];
    List<Dim> declared = new ArrayList<>();
    Arrays.stream(dims).forEach(dim -> declared.add(Dim.of(dim)));
    if (r.nextBoolean()) {
      declared.set(0, new Dim.Symbol("N"));
    }
    String x = b.input("x", new Shape(declared));
    new RandomWalk(b, r).append(new RandomWalk.Tracked(x, dims), 3 + r.nextInt(8));
    return new RandomGraph(
        "seed %d: walk".formatted(seed),
        b.build(),
        type,
        Arrays.stream(dims).mapToObj(dim -> (int) dim).toList());
  }

  static GraphBuilder builder(String name, long seed, ElementType type) {
    float epsilon = EPSILONS[(int) Math.floorMod(seed / KINDS.length, (long) EPSILONS.length)];
    return new GraphBuilder(name, WeightSource.random(seed), type).withEpsilon(epsilon);
  }

  /** Half the inputs declare their size, half leave all but the channels open. */
  static String input(GraphBuilder b, SplittableRandom r, List<Integer> dims) {
    if (r.nextBoolean()) {
      return b.input("x", dims.stream().mapToLong(d -> d).toArray());
    }
    return b.input("x", Shapes.anyImages(dims.get(1)));
  }
}
