package io.repfold.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class DependentsTest {
  private final List<String> freed = Collections.synchronizedList(new ArrayList<>());

  /** Takes until it is let go. */
  private final class Slow implements Dependent {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);
    private boolean closed;

    @Override
    public synchronized void close() {
      if (closed) {
        return;
      }
      closed = true;
      begun.countDown();
      try {
        go.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      freed.add("dependent");
    }
  }

  @Test
  void what_they_depend_on_outlives_one_that_is_being_freed() throws InterruptedException {
    Dependents dependents = new Dependents();
    Slow slow = new Slow();
    dependents.add(slow);
    Thread ends = new Thread(() -> dependents.end(slow));
    Thread closes =
        new Thread(
            () -> {
              dependents.close();
              freed.add("owner");
            });
    ends.start();
    slow.begun.await();
    closes.start();
    while (closes.isAlive() && closes.getState() != Thread.State.BLOCKED) {
      Thread.sleep(1);
    }
    slow.go.countDown();
    ends.join();
    closes.join();

    assertThat(freed).containsExactly("dependent", "owner");
  }

  @Test
  void one_that_cannot_be_freed_is_not_freed_again() {
    Dependents dependents = new Dependents();
    Dependent broken =
        () -> {
          freed.add("one");
          throw new IllegalStateException("cannot be freed");
        };
    dependents.add(broken);

    assertThatThrownBy(() -> dependents.end(broken)).hasMessage("cannot be freed");
    dependents.close();
    assertThat(freed).hasSize(1);
  }

  @Test
  void one_that_fails_does_not_keep_the_others() {
    Dependents dependents = new Dependents();
    for (int i = 0; i < 3; i++) {
      dependents.add(
          () -> {
            freed.add("one");
            throw new IllegalStateException("cannot be freed");
          });
    }

    assertThatThrownBy(dependents::close).hasMessage("cannot be freed");
    assertThat(freed).hasSize(3);
    dependents.close();
    assertThat(freed).hasSize(3);
  }
}
