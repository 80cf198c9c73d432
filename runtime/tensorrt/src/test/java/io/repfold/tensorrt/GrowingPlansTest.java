package io.repfold.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.runtime.Dimension;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.ModelMetadata;
import io.repfold.runtime.OnnxDescription;
import io.repfold.runtime.TensorInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrowingPlansTest {
  @TempDir private Path folder;

  @Test
  void a_file_that_changes_is_never_compiled_for_an_engine_that_read_another() throws IOException {
    Path model = Files.write(folder.resolve("net.onnx"), new byte[] {8, 8});
    PlanBuilder builder =
        new PlanBuilder(
            PlanSamples.H100,
            0,
            new BuildProcess(
                file -> BuildProcess.java(Children.ChangesTheModel.class.getName(), file)));
    Path cache = folder.resolve("cache");
    PlanCompiler compiler =
        new PlanCompiler(builder, PlanCache.in(cache), PlanOptions.defaults(), 0);
    TensorInfo input =
        new TensorInfo(
            "x", ElementType.FLOAT, List.of(new Dimension(-1, "N"), new Dimension(3, "")));
    OnnxDescription description =
        new OnnxDescription(List.of(input), List.of(), new ModelMetadata("", "", "", 0, Map.of()));

    try (GrowingPlans plans = new GrowingPlans("net", model, false, description, compiler)) {
      assertThatThrownBy(() -> plans.with(Map.of("x", new long[] {2, 3})))
          .isInstanceOf(EngineException.class)
          .hasMessageContainingAll("'net'", "changed while it was compiled");
      assertThat(cache).isEmptyDirectory();
      assertThatThrownBy(() -> plans.with(Map.of("x", new long[] {2, 3})))
          .isInstanceOf(EngineException.class)
          .hasMessageContainingAll("x=2x3", "changed since it was loaded");
    }
  }
}
