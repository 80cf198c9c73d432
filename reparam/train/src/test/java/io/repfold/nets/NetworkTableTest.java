package io.repfold.nets;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.fold.FoldOptions;
import io.repfold.fold.Folder;
import io.repfold.graph.Dim;
import io.repfold.graph.FixedShapes;
import io.repfold.graph.Graph;
import io.repfold.graph.MultiplyAdds;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Value;
import io.repfold.graph.WeightSource;
import io.repfold.train.Deployment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The counted numbers of all networks are those of the networks. */
@Tag("slow")
class NetworkTableTest {
  private static final int SIDE = 512;
  private static final WeightSource WEIGHTS = WeightSource.everywhere(0.5);

  private static String row(String type) {
    Network probe = Networks.build(type, Map.of(), 1, WEIGHTS);
    boolean pixels = probe.graph().outputs().get(0).shape().orElseThrow().rank() == 4;
    int classes = pixels ? 21 : 1000;
    Network network = Networks.build(type, Map.of(), classes, WEIGHTS);
    Graph inference = Deployment.inference(network.model()).graph();
    FoldOptions options =
        FoldOptions.DEFAULT.withShapes(Map.of("image", new long[] {1, 3, SIDE, SIDE}));
    Graph folded = Folder.fold(inference, options).graph();
    return "%s,%d,%d,%d,%d,%d"
        .formatted(
            type,
            classes,
            network.parameters(),
            Folder.plan(inference, FoldOptions.DEFAULT).after().parameters(),
            MultiplyAdds.of(folded).total(),
            outputStride(inference));
  }

  /** By how much more the image grows than its coarsest features do. */
  private static long outputStride(Graph graph) {
    long at = coarsest(graph, SIDE);
    long atTwice = coarsest(graph, 2 * SIDE);
    assertThat(atTwice).as(graph.name()).isGreaterThan(at);
    return SIDE / (atTwice - at);
  }

  private static long coarsest(Graph open, int side) {
    Graph graph = FixedShapes.fix(open, Map.of("image", new long[] {1, 3, side, side}));
    Map<String, Value> types = ShapeInference.infer(graph);
    return graph.nodes().stream()
        .filter(node -> !(node.op() instanceof Op.Constant))
        .map(Node::output)
        .filter(name -> name.startsWith(Construction.BACKBONE + "."))
        .flatMap(name -> Optional.ofNullable(types.get(name)).stream())
        .flatMap(value -> value.shape().stream())
        .filter(shape -> shape.rank() == 4 && shape.dim(3) instanceof Dim.Known)
        .mapToLong(NetworkTableTest::width)
        .filter(width -> width > 1)
        .min()
        .orElseThrow();
  }

  private static long width(Shape shape) {
    return ((Dim.Known) shape.dim(3)).size();
  }

  @Test
  void the_table_holds_what_counting_gives() throws IOException {
    String counted =
        Networks.types().stream()
            .map(NetworkTableTest::row)
            .collect(
                Collectors.joining(
                    "\n", "type,classes,trained,deployed,multiply_adds,output_stride\n", "\n"));
    try (InputStream stream =
        Objects.requireNonNull(NetworkTable.class.getResourceAsStream(NetworkTable.FILE))) {
      String stored = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(stored).isEqualTo(counted);
    }
    assertThat(Networks.table()).hasSameSizeAs(Networks.types());
  }
}
