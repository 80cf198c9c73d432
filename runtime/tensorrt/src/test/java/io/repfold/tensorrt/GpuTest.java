package io.repfold.tensorrt;

import static org.junit.jupiter.api.Assumptions.abort;

import io.repfold.runtime.Availability;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The checks that need a GPU; elsewhere each of them is skipped with the reason. */
@Tag("gpu")
class GpuTest {
  @TempDir private Path folder;

  @TestFactory
  Stream<DynamicTest> on_a_gpu() {
    return GpuChecks.all().entrySet().stream()
        .map(
            check ->
                DynamicTest.dynamicTest(
                    check.getKey(),
                    () -> {
                      if (new TensorRtBackend().availability()
                          instanceof Availability.Missing missing) {
                        abort(missing.reason());
                      }
                      check.getValue().run(folder);
                    }));
  }
}
