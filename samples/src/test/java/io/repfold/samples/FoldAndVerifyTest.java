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
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldAndVerifyTest {
  @TempDir private Path folder;

  @Test
  void it_folds_a_model_and_finds_it_equivalent() throws Exception {
    GraphBuilder b = new GraphBuilder("sample", WeightSource.random(11));
    String x = b.input("image", 1, 3, 16, 12);
    b.output(RepBlocks.append(b.scope("block"), x, RepSpec.of(RepKind.DBB, 8, Kernel.of(3))));
    Path model = folder.resolve("model.onnx");
    Path folded = folder.resolve("folded.onnx");
    OnnxModel.of(b.build()).write(model);

    String output =
        Printed.by(() -> FoldAndVerify.main(new String[] {model.toString(), folded.toString()}));

    assertThat(output).contains("to [Conv 3 -> 8, 3x3 kernel]").endsWith("equivalent: true\n");
    assertFolded(folded);
    assertEquivalent(model, folded);
  }
}
