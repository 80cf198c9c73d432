package io.repfold.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.blocks.RepKind;
import io.repfold.fold.ExpandOptions;
import io.repfold.fold.Expander;
import io.repfold.fold.Folder;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.onnx.OnnxModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs from a folded network that got Rep blocks again. */
class ExpandedRunTest {
  @TempDir private Path folder;

  private Path expanded;

  @BeforeEach
  void expand() {
    TinyRun.write(folder);
    OnnxModel net = OnnxModel.read(folder.resolve("net.onnx"));
    Graph folded = Folder.fold(net.graph()).graph();
    Graph blocks = Expander.expand(folded, ExpandOptions.of(RepKind.REPVGG)).graph();
    expanded = folder.resolve("expanded.onnx");
    net.withGraph(blocks).write(expanded);
  }

  private Graph trained(String run) {
    TrainConfig config =
        TinyRun.config(
            folder,
            "trainer.epochs=1",
            "start_from=" + expanded,
            "arch={\"args\": {\"freeze_bn\": true}}");
    Path at = folder.resolve(run);
    try (Trainer trainer = Trainer.begin(config, Optional.of(at), new TrainingListener() {})) {
      trainer.run();
    }
    return OnnxModel.read(at.resolve("last.onnx")).graph();
  }

  /** The means and variances of all batch normalizations. */
  private static Map<String, List<?>> statistics(Graph graph) {
    return graph.nodes().stream()
        .filter(node -> node.op() instanceof Op.BatchNormalization)
        .collect(
            Collectors.toMap(
                Node::output,
                node ->
                    List.of(
                        graph.constant(node.input(3)).orElseThrow(),
                        graph.constant(node.input(4)).orElseThrow())));
  }

  @Test
  void frozen_statistics_of_an_expansion_are_not_taken_for_untrained_ones() {
    Graph graph = trained("run");

    assertThat(statistics(graph)).hasSizeGreaterThan(4);
    assertThat(statistics(graph)).isEqualTo(statistics(OnnxModel.read(expanded).graph()));
    assertThat(Folder.fold(graph).report().warnings()).isEmpty();
  }
}
