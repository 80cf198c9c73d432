package io.repfold.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FreeingTest {
  @Test
  void a_step_that_fails_keeps_none_of_the_others() {
    List<String> freed = new ArrayList<>();
    IllegalStateException clock = new IllegalStateException("the clock");
    IllegalStateException memory = new IllegalStateException("the memory");

    assertThatThrownBy(
            () ->
                Freeing.inOrder(
                    List.of(
                        () -> freed.add("stream"),
                        () -> fail(clock),
                        () -> freed.add("graph"),
                        () -> fail(memory),
                        () -> freed.add("context"))))
        .isSameAs(clock)
        .hasSuppressedException(memory);

    assertThat(freed).containsExactly("stream", "graph", "context");
  }

  @Test
  void a_failure_keeps_its_place_before_those_of_freeing() {
    IllegalStateException first = new IllegalStateException("the run");
    IllegalStateException later = new IllegalStateException("the stream");

    Freeing.after(first, () -> fail(later));
    Freeing.after(first, () -> fail(first));
    Freeing.after(first, () -> {});

    assertThat(first).hasSuppressedException(later);
    assertThat(first.getSuppressed()).hasSize(1);
  }

  private static void fail(RuntimeException reason) {
    throw reason;
  }
}
