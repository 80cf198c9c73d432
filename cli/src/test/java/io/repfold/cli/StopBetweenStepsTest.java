package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StopBetweenStepsTest {
  private static Thread started(Runnable work) {
    Thread thread = new Thread(work);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  @Test
  void the_end_waits_for_the_step_and_no_further_one_begins() throws Exception {
    try (StopBetweenSteps stop = new StopBetweenSteps()) {
      CountDownLatch step = new CountDownLatch(1);
      CountDownLatch next = new CountDownLatch(1);
      stop.between();
      Thread end = started(stop::await);
      Thread training =
          started(
              () -> {
                try {
                  step.await();
                } catch (InterruptedException e) {
                  return;
                }
                stop.between();
                next.countDown();
              });
      end.join(300);
      assertThat(end.isAlive()).as("in the middle of a step").isTrue();
      step.countDown();
      end.join(10_000);
      assertThat(end.isAlive()).isFalse();
      assertThat(next.await(300, TimeUnit.MILLISECONDS)).as("another step").isFalse();
      assertThat(training.isAlive()).isTrue();
    }
  }

  @Test
  void the_end_waits_for_nothing_where_training_is_over() throws Exception {
    StopBetweenSteps stop = new StopBetweenSteps();
    Thread end = started(stop::await);
    stop.close();
    end.join(10_000);
    assertThat(end.isAlive()).isFalse();
  }
}
