package io.repfold.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.repfold.runtime.Availability;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Backends;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SurroundingsTest {
  @Test
  void what_is_missing_is_named_with_what_brings_it() {
    assertThat(new Surroundings("linux-aarch64", true, true, true).obstacle().orElseThrow())
        .contains("linux-x86_64", "linux-aarch64", "another engine");
    assertThat(new Surroundings("linux-x86_64", false, false, false).obstacle().orElseThrow())
        .contains(
            "tensorrt and cuda",
            "-Pgpu",
            "REPFOLD_PROFILES=gpu",
            "org.bytedeco:tensorrt and org.bytedeco:cuda",
            "linux-x86_64-redist");
    assertThat(new Surroundings("linux-x86_64", false, true, true).obstacle().orElseThrow())
        .contains("org.bytedeco:tensorrt,")
        .doesNotContain("cuda");
    assertThat(new Surroundings("linux-x86_64", true, false, true).obstacle().orElseThrow())
        .contains("org.bytedeco:cuda,");
    Surroundings noDriver = new Surroundings("linux-x86_64", true, true, false);
    assertThat(noDriver.obstacle()).isEmpty();
    assertThat(noDriver.explain("CUDA", "libcuda.so.1: no such file"))
        .contains("no NVIDIA driver", "libcuda.so.1: no such file", "--gpus all");
    Surroundings whole = new Surroundings("linux-x86_64", true, true, true);
    assertThat(whole.obstacle()).isEmpty();
    assertThat(whole.explain("TensorRT", "libnvinfer.so.10: no such file"))
        .contains("libraries of TensorRT", "libnvinfer.so.10", "-Pgpu", "REPFOLD_PROFILES=gpu");
    assertThat(whole.explain("CUDA", "libcuda.so.1: no such file"))
        .as("a container that was not given the GPU")
        .contains("no NVIDIA driver", "--gpus all");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/proc/driver/nvidia/version",
        "/dev/nvidiactl",
        "/dev/dxg",
        "/usr/lib/x86_64-linux-gnu/libcuda.so.1"
      })
  void one_sign_of_a_driver_is_enough(String sign) {
    assertThat(Surroundings.hasDriver(Path.of(sign)::equals)).isTrue();
    assertThat(Surroundings.hasDriver(Path.of(sign + "s")::equals)).isFalse();
  }

  @Test
  void platforms_have_one_name() {
    assertThat(Surroundings.platform("Linux", "amd64")).isEqualTo("linux-x86_64");
    assertThat(Surroundings.platform("Mac OS X", "aarch64")).isEqualTo("mac-aarch64");
    assertThat(Surroundings.platform("Windows 11", "amd64")).isEqualTo("windows-x86_64");
  }

  @Test
  void the_backend_is_found_by_its_id() {
    assertThat(Backends.byId("tensorrt")).isInstanceOf(TensorRtBackend.class);
  }

  @Test
  void without_tensorrt_loading_fails_with_the_reason() {
    Backend backend = new TensorRtBackend();
    assumeTrue(backend.availability() instanceof Availability.Missing, "TensorRT can run here");
    String reason = ((Availability.Missing) backend.availability()).reason();

    assertThat(reason).isNotBlank();
    assertThatThrownBy(() -> backend.load(Path.of("net.onnx"), EngineOptions.defaults()))
        .isInstanceOf(EngineException.class)
        .hasMessage("Cannot load 'net.onnx': " + reason);
    assertThatThrownBy(() -> backend.load("net", new byte[0], EngineOptions.defaults()))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(reason);
    assertThatThrownBy(() -> PlanBuilder.on(0))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(reason);
  }
}
