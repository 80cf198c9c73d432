package io.repfold.blocks;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Dim;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Value;
import io.repfold.graph.WeightSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every branch of a block has the outputs of the convolution that the block stands for. */
class BlockShapesTest {
  private static final Shape IMAGE =
      new Shape(List.of(new Dim.Symbol("N"), Dim.of(4), new Dim.Symbol("H"), new Dim.Symbol("W")));

  private static Stream<Kernel> kernels() {
    return Stream.of(
        Kernel.of(3),
        Kernel.of(3).withStride(2),
        Kernel.of(5, 2).withDilation(2, 3),
        Kernel.of(2, 4).withStride(1, 3),
        Kernel.of(3).withDilation(4).withStride(2),
        Kernel.of(3).withPads(2, 2, 2, 2),
        Kernel.of(3).withPads(0, 1, 2, 1),
        Kernel.of(7, 1),
        Kernel.of(1, 7).withPads(1, 3, 1, 3),
        Kernel.of(1).withStride(2),
        Kernel.of(4).withPads(3, 0, 0, 3).withDilation(1, 2));
  }

  private static Graph block(RepSpec spec) {
    GraphBuilder b = new GraphBuilder("test", WeightSource.everywhere(1));
    b.output(RepBlocks.append(b, b.input("x", IMAGE), spec));
    return b.build();
  }

  private static Shape shape(RepSpec spec) {
    Graph graph = block(spec);
    return ShapeInference.infer(graph).get(graph.outputs().get(0).name()).shape().orElseThrow();
  }

  /** At every image size: the sizes are open. */
  @ParameterizedTest
  @EnumSource
  void a_block_has_the_shape_of_its_kernel(RepKind kind) {
    kernels()
        .forEach(
            kernel -> {
              for (int groups : new int[] {1, 2, 4}) {
                for (int out : new int[] {4, 8}) {
                  Shape plain = shape(RepSpec.of(RepKind.PLAIN, out, kernel).withGroups(groups));
                  RepSpec spec = RepSpec.of(kind, out, kernel).withGroups(groups);
                  assertThat(shape(spec)).as("%s of %s", spec, kernel).isEqualTo(plain);
                  assertThat(plain.dim(1)).isEqualTo(Dim.of(out));
                }
              }
            });
  }

  /** A sum needs that all ends agree; here each of them is looked at. */
  @ParameterizedTest
  @EnumSource
  void each_summand_has_the_shape_of_the_block(RepKind kind) {
    kernels()
        .forEach(
            kernel -> {
              Graph graph = block(RepSpec.of(kind, 4, kernel));
              Map<String, Value> known = ShapeInference.infer(graph);
              Shape whole = known.get(graph.outputs().get(0).name()).shape().orElseThrow();
              for (Node node : graph.nodes()) {
                if (node.op() instanceof Op.Binary) {
                  for (String summand : node.inputs()) {
                    assertThat(known.get(summand).shape()).as(summand).contains(whole);
                  }
                }
              }
            });
  }

  /** What a kind promises is there, or there is a reason why not. */
  @ParameterizedTest
  @EnumSource
  void a_branch_is_present_or_left_out_for_a_reason(RepKind kind) {
    kernels()
        .forEach(
            kernel -> {
              for (int in : new int[] {4, 8}) {
                RepSpec spec = RepSpec.of(kind, 4, kernel).withCopies(2);
                List<String> present = RepBlocks.names(spec, in);
                List<String> absent =
                    RepBlocks.leftOut(spec, in).stream()
                        .map(reason -> reason.substring(0, reason.indexOf(": ")))
                        .toList();
                assertThat(Stream.concat(present.stream(), absent.stream()))
                    .containsExactlyInAnyOrderElementsOf(branches(kind));
              }
            });
  }

  private static List<String> branches(RepKind kind) {
    return switch (kind) {
      case PLAIN -> List.of("kxk");
      case ACB -> List.of("kxk", "horizontal", "vertical");
      case REPVGG, QAREPVGG -> List.of("kxk", "pointwise", "identity");
      case DBB -> List.of("kxk", "pointwise", "sequence", "average");
      case DBB2 -> List.of("kxk", "pointwise", "sequence");
      case DBB3 -> List.of("kxk", "pointwise", "sequence", "identity");
      case DBB4 -> List.of("kxk", "pointwise", "sequence", "average", "identity");
      case MOBILEONE -> List.of("kxk0", "kxk1", "pointwise", "identity");
      case LARGEKERNEL -> List.of("kxk", "small");
    };
  }
}
