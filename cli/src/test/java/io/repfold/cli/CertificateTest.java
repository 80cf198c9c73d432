package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.WeightSource;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.fold.Certificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The figures of a certificate, computed anew from the weights of the folded file. */
class CertificateTest {
  @TempDir private Path folder;

  /** Three regions, of which the middle one has by far the most weights an output. */
  private static Graph three(int first, int second, int third) {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(4));
    String x = b.input("x", 1, 3, 6, 7);
    String y = b.relu(b.convBn(x, 4, Kernel.of(first), 1));
    String z = b.relu(b.convBn(y, 6, Kernel.of(second), 1));
    b.output(b.convBn(z, 2, Kernel.of(third), 1));
    return b.build();
  }

  /**
   * By convolution: float32 loses up to 2^-24 of each weight that an output meets, and of its bias.
   */
  private static List<Double> bounds(Graph folded) {
    List<Double> bounds = new ArrayList<>();
    for (Node node : folded.nodes()) {
      if (node.op() instanceof Op.Conv) {
        Tensor weight = folded.constant(node.input(1)).orElseThrow();
        double[] weights = weight.toDoubles();
        double[] bias = folded.constant(node.input(2)).orElseThrow().toDoubles();
        int perChannel = weights.length / bias.length;
        double largest = 0;
        for (int channel = 0; channel < bias.length; channel++) {
          double sum = Math.abs(bias[channel]);
          for (int i = channel * perChannel; i < (channel + 1) * perChannel; i++) {
            sum += Math.abs(weights[i]);
          }
          largest = Math.max(largest, sum * 0x1p-24);
        }
        bounds.add(largest);
      }
    }
    return bounds;
  }

  @Test
  void it_counts_the_regions_and_bears_the_largest_of_their_bounds() throws IOException {
    int[][] kernels = {{5, 1, 1}, {1, 5, 1}, {1, 1, 7}};
    for (int largest = 0; largest < 3; largest++) {
      int[] sizes = kernels[largest];
      Graph graph = three(sizes[0], sizes[1], sizes[2]);
      Path model = Models.write(folder.resolve("three.onnx"), graph);
      Path folded = folder.resolve("folded.onnx");
      Path report = folder.resolve("report.json");

      CliRun run = CliRun.of("fold", model, "-o", folded, "--report", report, "--samples", 1);

      assertThat(run.code()).as(run.out() + run.err()).isZero();
      OnnxModel written = OnnxModel.read(folded);
      List<Double> bounds = bounds(written.graph());
      assertThat(bounds).hasSize(3);
      assertThat(bounds.get(largest)).isEqualTo(bounds.stream().reduce(0.0, Math::max));
      JsonNode certificate = Json.parse(written.metadata().get(Certificate.KEY));
      assertThat(certificate.get("regions").asInt()).isEqualTo(3);
      assertThat(certificate.get("largestErrorBound").asDouble())
          .isCloseTo(bounds.get(largest), withinPercentage(1e-4));
      JsonNode regions = Json.parse(Files.readString(report)).get("folded");
      for (int i = 0; i < 3; i++) {
        assertThat(regions.get(i).get("errorBound").asDouble())
            .isCloseTo(bounds.get(i), withinPercentage(1e-4));
      }
    }
  }
}
