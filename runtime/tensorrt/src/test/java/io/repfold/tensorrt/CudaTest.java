package io.repfold.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicReference;
import org.bytedeco.cuda.global.cudart;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the statuses of CUDA become, without CUDA. */
class CudaTest {
  private final AtomicReference<@Nullable String> first = new AtomicReference<>();

  private String failure(int status, String call) {
    String words = "CUDA error %d (in words)".formatted(status);
    return String.valueOf(Cuda.failure(status, words, call, first).getMessage());
  }

  @Test
  void full_memory_is_told_with_the_way_out_and_harms_nothing_else() {
    assertThat(failure(cudart.cudaErrorMemoryAllocation, "Reserving 8 bytes of the GPU"))
        .startsWith(
            "Reserving 8 bytes of the GPU failed: CUDA error 2 (in words). The GPU's memory")
        .doesNotContain("start it again");
    assertThat(first).hasNullValue();
  }

  @Test
  void after_an_error_for_good_the_process_must_be_started_again() {
    assertThat(failure(cudart.cudaErrorIllegalAddress, "Running the plan"))
        .isEqualTo(
            "Running the plan failed: CUDA error 700 (in words). CUDA takes no more calls of this process: start it again");
    assertThat(failure(cudart.cudaErrorIllegalAddress, "Freeing a CUDA event"))
        .isEqualTo(
            "Freeing a CUDA event failed: CUDA error 700 (in words), as the GPU failed before (Running the plan failed: CUDA error 700 (in words)). CUDA takes no more calls of this process: start it again");
    assertThat(first).hasValue("Running the plan failed: CUDA error 700 (in words)");
  }
}
