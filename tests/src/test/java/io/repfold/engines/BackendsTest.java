package io.repfold.engines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.runtime.Availability;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Backends;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which backends there are, and what those do that cannot run here. */
class BackendsTest {
  static List<String> ids() {
    return Backends.all().stream().map(Backend::id).toList();
  }

  @Test
  void those_of_the_module_come_first_and_others_are_found() {
    assertThat(ids())
        .startsWith("ort-cpu", "ort-cuda", "ort-tensorrt")
        .contains("interpreter")
        .doesNotHaveDuplicates();
    assertThat(Backends.byId("ort-cuda")).hasSameClassAs(Backends.onnxRuntimeCuda());
    assertThat(Backends.byId("interpreter").name()).isEqualTo("Reference interpreter");
  }

  /** For {@code ort-cpu} it is {@code OrtCpuContractTest}. */
  @ParameterizedTest
  @MethodSource("ids")
  void each_is_held_to_the_contract(String id) throws Exception {
    StringBuilder name = new StringBuilder();
    for (String word : id.split("-", -1)) {
      name.append(Character.toUpperCase(word.charAt(0))).append(word, 1, word.length());
    }
    Class<?> test = Class.forName("%s.%sContractTest".formatted(getClass().getPackageName(), name));
    assertThat(BackendContract.class).isAssignableFrom(test);
  }

  @Test
  void an_unknown_id_is_answered_with_those_there_are() {
    assertThatThrownBy(() -> Backends.byId("ort"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("There is no engine 'ort'; there are " + String.join(", ", ids()));
  }

  @ParameterizedTest
  @MethodSource("ids")
  void availability_is_a_value_that_does_not_change(String id) {
    Backend backend = Backends.byId(id);
    Availability availability = backend.availability();
    assertThat(backend.availability()).isEqualTo(availability);
    if (availability instanceof Availability.Ready ready) {
      assertThat(ready.version()).isNotBlank();
    } else {
      assertThat(((Availability.Missing) availability).reason()).isNotBlank();
    }
    assertThat(backend.name()).isNotBlank();
  }

  @ParameterizedTest
  @MethodSource("ids")
  void where_it_is_missing_loading_says_why(String id, @TempDir Path folder) throws Exception {
    Backend backend = Backends.byId(id);
    Path file = Files.write(folder.resolve("m.onnx"), ContractModel.bytes(1, 4, 4));
    if (backend.availability() instanceof Availability.Missing missing) {
      for (Runnable load :
          List.<Runnable>of(
              () -> backend.load(file, EngineOptions.defaults()),
              () ->
                  backend.load("m.onnx", ContractModel.bytes(1, 4, 4), EngineOptions.defaults()))) {
        assertThatThrownBy(load::run)
            .isInstanceOf(EngineException.class)
            .hasMessageContaining("m.onnx")
            .hasMessageContaining(missing.reason());
      }
    } else {
      backend.load(file, EngineOptions.defaults()).close();
    }
  }
}
