package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.blocks.RandomGraph;
import io.repfold.blocks.RandomGraphs;
import io.repfold.graph.DeadCode;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests the tests of products and moves: graphs as a wrong rule would read them must differ. */
@Tag("slow")
class WalkMutantsTest {
  private static final int SEEDS = 6000;
  private static final int WANTED = 40;

  enum Wrong {
    MATRIX_TRANSPOSED,
    ALPHA_FORGOTTEN,
    BETA_FORGOTTEN,
    GEMM_NOT_TRANSPOSED,
    PERMUTATION_NOT_INVERTED,
    PARTS_SWAPPED,
    DEPTH_MODE,
    OFFSET_WRONG,
    MEAN_AS_SUM,
    SHIFT_TWICE,
    SCALE_ON_ANOTHER_AXIS,
    SHIFT_THROUGH_A_BORDER;

    void at(GraphEdit edit, Node node) {
      Op op = node.op();
      switch (this) {
        case MATRIX_TRANSPOSED -> {
          if (op instanceof Op.MatMul) {
            edit.graph().constant(node.input(1)).ifPresent(w -> transpose(edit, node.input(1), w));
          }
        }
        case ALPHA_FORGOTTEN -> {
          if (op instanceof Op.Gemm g && g.alpha() != 1) {
            edit.replaceOp(node, new Op.Gemm(1, g.beta(), false, g.transB()));
          }
        }
        case BETA_FORGOTTEN -> {
          if (op instanceof Op.Gemm g && g.beta() != 1 && !node.input(2).isEmpty()) {
            edit.replaceOp(node, new Op.Gemm(g.alpha(), 1, false, g.transB()));
          }
        }
        case GEMM_NOT_TRANSPOSED -> {
          Optional<Tensor> w =
              op instanceof Op.Gemm ? edit.graph().constant(node.input(1)) : Optional.empty();
          if (w.filter(m -> m.dim(0) == m.dim(1) && m.dim(0) > 1).isPresent()
              && op instanceof Op.Gemm g) {
            edit.replaceOp(node, new Op.Gemm(g.alpha(), g.beta(), false, !g.transB()));
          }
        }
        case PERMUTATION_NOT_INVERTED -> {
          if (op instanceof Op.Transpose t && t.permutation().size() > 2) {
            List<Integer> inverse = new ArrayList<>(t.permutation());
            IntStream.range(0, inverse.size()).forEach(i -> inverse.set(t.permutation().get(i), i));
            if (!inverse.equals(t.permutation())) {
              edit.replaceOp(node, new Op.Transpose(inverse));
            }
          }
        }
        case PARTS_SWAPPED -> {
          if (op instanceof Op.Concat && !node.input(0).equals(node.input(1))) {
            List<String> parts = new ArrayList<>(node.inputs());
            Collections.swap(parts, 0, 1);
            edit.replaceInputs(node, parts.toArray(new String[0]));
          }
        }
        case DEPTH_MODE -> {
          if (op instanceof Op.DepthToSpace d && !hasOneChannel(edit.graph(), node)) {
            edit.replaceOp(node, new Op.DepthToSpace(d.blockSize(), !d.columnRowDepth()));
          }
        }
        case OFFSET_WRONG -> {} // Not at one node: see below.
        case MEAN_AS_SUM -> {
          if (op.equals(new Op.Variadic(Op.Variadic.Function.MEAN))) {
            edit.replaceOp(node, new Op.Variadic(Op.Variadic.Function.SUM));
          }
        }
        case SHIFT_TWICE -> {
          boolean shifts =
              op.equals(new Op.Binary(Op.Binary.Function.ADD))
                  && edit.graph().constant(node.input(1)).isPresent();
          if (shifts) {
            Tensor shift = edit.constant(node.input(1));
            double[] twice = shift.toDoubles();
            IntStream.range(0, twice.length).forEach(i -> twice[i] *= 2);
            edit.set(node.input(1), twice, shift.dims());
          }
        }
        case SCALE_ON_ANOTHER_AXIS -> {
          Optional<Tensor> scale =
              op.equals(new Op.Binary(Op.Binary.Function.MUL))
                  ? edit.graph().constant(node.input(1))
                  : Optional.empty();
          if (scale.isPresent() && scale.get().size() > 1) {
            Tensor s = scale.get();
            List<Double> numbers = new ArrayList<>();
            for (double number : s.toDoubles()) {
              numbers.add(number);
            }
            Collections.rotate(numbers, 1);
            double[] rotated = numbers.stream().mapToDouble(d -> d).toArray();
            edit.set(node.input(1), rotated, s.dims());
          }
        }
        case SHIFT_THROUGH_A_BORDER -> {
          if (op instanceof Op.Pad pad && pad.mode() == Op.Pad.Mode.CONSTANT) {
            edit.set(node.output() + ".border", new double[] {0.7});
            edit.replaceInputs(node, node.input(0), node.input(1), node.output() + ".border");
          }
        }
      }
    }

    private static boolean hasOneChannel(Graph graph, Node node) {
      return new Facts(graph).channels(node.output(), ChannelAxis.SECOND).orElse(1) == 1;
    }

    private static void transpose(GraphEdit edit, String name, Tensor w) {
      if (w.rank() != 2 || w.dim(0) != w.dim(1) || w.dim(0) < 2) {
        return;
      }
      int n = (int) w.dim(0);
      double[] old = w.toDoubles();
      double[] turned = new double[old.length];
      IntStream.range(0, old.length).forEach(i -> turned[i % n * n + i / n] = old[i]);
      edit.set(name, turned, n, n);
    }
  }

  private record Pair(long seed, RandomGraph random, Graph wrong) {
    boolean isNoticed() {
      Map<String, io.repfold.graph.NdArray> inputs = Map.of("x", random.image(seed));
      try {
        return !(Equivalence.error(random.graph(), Folder.fold(wrong).graph(), inputs) <= 1e-9);
      } catch (io.repfold.graph.InvalidGraphException e) {
        return true;
      }
    }
  }

  private static Optional<Pair> pair(Wrong wrong, long seed) {
    RandomGraph walk = RandomGraphs.walk(seed);
    Graph read = DeadCode.withoutUnread(walk.graph());
    RandomGraph random = new RandomGraph(walk.name(), read, walk.type(), walk.dims());
    GraphEdit edit = new GraphEdit(random.graph());
    random.graph().nodes().forEach(node -> wrong.at(edit, node));
    try {
      return edit.isUnchanged() || wrong == Wrong.OFFSET_WRONG
          ? offset(wrong, seed, random)
          : Optional.of(new Pair(seed, random, edit.build()))
              .filter(p -> io.repfold.graph.ShapeInference.infer(p.wrong()) != null);
    } catch (io.repfold.graph.InvalidGraphException e) {
      return Optional.empty(); // Shapes notice it already.
    }
  }

  /** The first part of a Split in the place of the last: both must be as long. */
  private static Optional<Pair> offset(Wrong wrong, long seed, RandomGraph random) {
    if (wrong != Wrong.OFFSET_WRONG) {
      return Optional.empty();
    }
    Map<String, Tensor> sizes = new java.util.LinkedHashMap<>(random.graph().initializers());
    boolean changed = false;
    for (Node node : random.graph().nodes()) {
      if (node.op() instanceof Op.Slice && node.input(4).isEmpty()) {
        long start = sizes.get(node.input(1)).toLongs()[0];
        long end = sizes.get(node.input(2)).toLongs()[0];
        if (start > 0 && 2 * start == end) {
          sizes.put(node.input(1), Tensor.ofLongs(new long[] {0}, 1));
          sizes.put(node.input(2), Tensor.ofLongs(new long[] {start}, 1));
          changed = true;
        }
      }
    }
    return changed
        ? Optional.of(
            new Pair(seed, random, random.graph().toBuilder().replaceInitializers(sizes).build()))
        : Optional.empty();
  }

  @ParameterizedTest
  @EnumSource
  void a_wrong_rule_is_noticed(Wrong wrong) {
    List<Pair> pairs =
        LongStream.range(0, SEEDS)
            .boxed()
            .flatMap(seed -> pair(wrong, seed).stream())
            .limit(WANTED)
            .toList();
    assertThat(pairs).as("guard against mistakes that change nothing").hasSizeGreaterThan(20);
    assertThat(pairs.stream().filter(Pair::isNoticed).count())
        .isGreaterThanOrEqualTo((long) Math.ceil(0.8 * pairs.size()));
  }
}
