package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import io.repfold.fold.FoldReport;
import io.repfold.fold.Folder;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.WeightSource;
import io.repfold.graph.Window;
import io.repfold.onnx.OnnxModel;
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

  /** One tap of one input channel writes to each position of the output. */
  @Test
  void a_transposed_convolution_of_float16_has_the_bound_of_float16() {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(1), ElementType.FLOAT16);
    String weight = b.initializer("weight", halves(new long[] {1, 2, 2, 2}, 3));
    Op up =
        new Op.ConvTranspose(
            Window.of(List.of(2, 2), List.of(), List.of()), 1, List.of(), List.of());
    String y = b.op("up", up, List.of(b.input("x", 1, 1, 3, 4), weight), 2);
    String scale = b.initializer("scale", halves(new long[] {2, 1, 1}, 5));
    b.output(b.binary(Op.Binary.Function.MUL, y, scale));
    FoldReport report = Folder.fold(b.build()).report();

    JsonNode certificate = Json.parse(Certificate.of("source", report, "document"));

    assertThat(certificate.get("regions").asInt()).isEqualTo(1);
    assertThat(certificate.get("largestErrorBound").asDouble()).isEqualTo(15 * 0x1p-11);
    assertThat(report.folded().get(0).multiplyAddsAfter()).isEqualTo(2);
  }

  private static Tensor halves(long[] dims, double value) {
    double[] values = new double[(int) Tensor.count(dims)];
    java.util.Arrays.fill(values, value);
    return Tensor.ofDoubles(ElementType.FLOAT16, values, dims);
  }

  @Test
  void a_fold_of_nothing_has_no_regions_and_no_bound() {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(1));
    b.output(b.relu(b.input("x", 1, 3, 4, 5)));
    FoldReport report = Folder.fold(b.build()).report();

    JsonNode certificate = Json.parse(Certificate.of("source", report, "document"));

    assertThat(certificate.get("regions").asInt()).isZero();
    assertThat(certificate.get("largestErrorBound").asDouble()).isZero();
  }
}
