package io.repfold.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class StageTimesTest {
  private static final long WAIT = 300_000_000;

  /** As for a processor that others use: nothing is done. */
  private static void waitAWhile() {
    long end = System.nanoTime() + WAIT;
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }

  @ParameterizedTest
  @EnumSource(Stage.class)
  void waiting_is_no_work(Stage stage) {
    StageTimes times = new StageTimes(true);
    times.time(stage, StageTimesTest::waitAWhile);

    StageFigures figures = times.figures(1);
    assertThat(figures.total(stage)).isLessThan(WAIT / 2e9);
    assertThat(figures.elapsedSeconds()).isGreaterThanOrEqualTo(WAIT / 1e9);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void a_run_on_other_threads_takes_what_passes(boolean onCaller) throws Exception {
    StageTimes times = new StageTimes(onCaller);
    times.measure(
        Stage.RUN,
        () -> {
          waitAWhile();
          return "done";
        });
    assertThat(times.figures(1).total(Stage.RUN) >= WAIT / 1e9).isEqualTo(!onCaller);
  }
}
