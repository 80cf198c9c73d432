package io.repfold.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PinsTest {
  private static final Pins.Place INPUT = new Pins.Place(0x1000, 64);

  private final List<String> calls = new ArrayList<>();
  private final Pins pins = new Pins();

  @Test
  void what_two_runs_share_is_pinned_once_and_until_both_are_closed() {
    assertThat(pins.hold(INPUT, () -> calls.add("pin"))).isTrue();
    assertThat(pins.hold(INPUT, () -> calls.add("pin again"))).isTrue();

    pins.release(INPUT, () -> calls.add("unpin"));
    assertThat(calls).containsExactly("pin");
    pins.release(INPUT, () -> calls.add("unpin"));
    assertThat(calls).containsExactly("pin", "unpin");

    assertThat(pins.hold(INPUT, () -> calls.add("pin anew"))).isTrue();
    assertThat(calls).containsExactly("pin", "unpin", "pin anew");
  }

  @Test
  void what_cannot_be_pinned_is_held_by_nobody() {
    assertThat(pins.hold(INPUT, () -> false)).isFalse();
    assertThat(pins.hold(INPUT, () -> calls.add("tried again"))).isTrue();
    assertThat(calls).containsExactly("tried again");
  }
}
