package io.repfold.samples;

import static io.repfold.junit.RepfoldAssertions.assertEquivalent;
import static io.repfold.junit.RepfoldAssertions.assertFolded;
import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.blocks.RepBlocks;
import io.repfold.blocks.RepKind;
import io.repfold.blocks.RepSpec;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.WeightSource;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.convert.ConvertFile;
import io.repfold.pipeline.fold.Certificate;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeployModelTest {
  @TempDir private Path folder;

  @Test
  void it_folds_a_model_proves_it_and_writes_it_in_half() throws Exception {
    GraphBuilder b = new GraphBuilder("sample", WeightSource.random(11));
    String x = b.input("image", 1, 3, 16, 12);
    b.output(RepBlocks.append(b.scope("block"), x, RepSpec.of(RepKind.DBB, 8, Kernel.of(3))));
    Path model = folder.resolve("model.onnx");
    Path folded = folder.resolve("folded.onnx");
    OnnxModel.of(b.build()).write(model);

    Path half = folder.resolve("half.onnx");
    String[] arguments = {model.toString(), folded.toString(), half.toString()};

    String output = Printed.by(() -> DeployModel.main(arguments));

    assertThat(output)
        .startsWith("folded ")
        .contains("Verified: the largest error is ", "certificate: {\"tool\":\"repfold ")
        .endsWith(" % of decisions stay the same, written\n");
    assertThat(OnnxModel.read(folded).metadata()).containsKey(Certificate.KEY);
    assertThat(OnnxModel.read(half).metadata()).containsKey(ConvertFile.KEY);
    assertFolded(folded);
    assertEquivalent(model, folded);
  }
}
