package io.repfold.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.onnx.OnnxModel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GpuNetworksTest {
  @Test
  void a_network_is_written_with_branches_and_without_and_given_its_size(@TempDir Path folder) {
    GpuNetworks.main(new String[] {"make", "repvgg-a0", folder.toString()});
    Path fixed = folder.resolve("fixed.onnx");
    String folded = folder.resolve("repvgg-a0-folded.onnx").toString();
    GpuNetworks.main(new String[] {"fix", folded, "32x3x224x224", fixed.toString()});

    assertThat(convolutions(folder.resolve("repvgg-a0.onnx"))).isEqualTo(44);
    assertThat(convolutions(fixed)).isEqualTo(22);
    Graph graph = OnnxModel.read(fixed).graph();
    assertThat(graph.inputs().get(0).shape().orElseThrow()).hasToString("[32, 3, 224, 224]");
  }

  private static long convolutions(Path model) {
    return OnnxModel.read(model).graph().nodes().stream()
        .filter(node -> node.op() instanceof Op.Conv)
        .count();
  }
}
