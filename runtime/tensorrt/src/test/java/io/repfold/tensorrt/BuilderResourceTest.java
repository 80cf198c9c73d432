package io.repfold.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BuilderResourceTest {
  @Test
  void a_gpu_without_its_kernels_is_told_where_they_are() {
    String message =
        "builder: createInferBuilder: Error Code 6: API Usage Error (Unable to load library:"
            + " libnvinfer_builder_resource_sm90.so.10.15.1)";

    assertThat(BuilderResource.explained(message))
        .startsWith(message)
        .contains("LD_LIBRARY_PATH", "-Dtensorrt.version=10.6-1.5.11");
  }

  @Test
  void a_c_library_that_refuses_it_is_told_to_take_it() {
    String message =
        "builder: createInferBuilder: Error Code 6: API Usage Error (Unable to load library:"
            + " libnvinfer_builder_resource.so.10.6.0: cannot enable executable stack as shared"
            + " object requires: Invalid argument)";

    assertThat(BuilderResource.explained(message))
        .startsWith(message)
        .contains("GLIBC_TUNABLES=glibc.rtld.execstack=2")
        .doesNotContain("LD_LIBRARY_PATH");
  }

  @Test
  void other_messages_stay_as_they_are() {
    assertThat(BuilderResource.explained("plan: out of memory")).isEqualTo("plan: out of memory");
  }
}
