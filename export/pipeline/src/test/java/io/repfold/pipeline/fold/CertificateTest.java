package io.repfold.pipeline.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.fold.FoldReport;
import io.repfold.fold.Folder;
import io.repfold.graph.ElementType;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.WeightSource;
import io.repfold.graph.Window;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CertificateTest {
  private static final FoldSettings PLAIN = new FoldSettings(1, Map.of(), Map.of(), false, null);

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

    String certificate = Certificate.of("source", PLAIN, report, "document");

    assertThat(certificate)
        .contains("\"regions\":1,")
        .endsWith("\"largestErrorBound\":" + 15 * 0x1p-11 + "}");
    assertThat(report.folded().get(0).multiplyAddsAfter()).isEqualTo(2);
  }

  private static Tensor halves(long[] dims, double value) {
    double[] values = new double[(int) Tensor.count(dims)];
    Arrays.fill(values, value);
    return Tensor.ofDoubles(ElementType.FLOAT16, values, dims);
  }

  @Test
  void a_fold_of_nothing_has_no_regions_and_no_bound() {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(1));
    b.output(b.relu(b.input("x", 1, 3, 4, 5)));
    FoldReport report = Folder.fold(b.build()).report();

    String certificate = Certificate.of("source", PLAIN, report, "document");

    assertThat(certificate).contains("\"regions\":0,").endsWith("\"largestErrorBound\":0.0}");
  }
}
