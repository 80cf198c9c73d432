package io.repfold.runtime.ort;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.repfold.runtime.BoundRun;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.Engine;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.OnnxModel;
import io.repfold.runtime.Session;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a run takes from the heap, and from memory outside of it. */
class BoundRunAllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int WARM_UP = 300;
  private static final int RUNS = 100;

  /** The compiler saves some objects once it has seen enough runs; the large tensor has 768 KiB. */
  private static final long SLACK = 4096;

  private static final long IMAGE = 3 * 256 * 256 * 4;

  @Test
  void a_bound_run_allocates_nothing_that_grows_with_the_tensors() {
    try (Engine engine = OnnxModel.unary("Relu", OnnxModel.FLOAT, 1L, 3L, "h", "w").load();
        BoundRun small = engine.bind(image(8));
        BoundRun large = engine.bind(image(256))) {
      long pooled = direct();
      long bySmall = allocatedBy(small::run);
      long byLarge = allocatedBy(large::run);

      assertThat(bySmall).isBetween(1L, 8192L);
      assertThat(byLarge).isBetween(bySmall - SLACK, bySmall + SLACK);
      assertThat(direct()).isEqualTo(pooled);
    }
  }

  @Test
  void a_session_that_knows_its_shapes_allocates_nothing_that_grows_either() {
    try (Engine engine = OnnxModel.unary("Relu", OnnxModel.FLOAT, 1L, 3L, "h", "w").load();
        Session session = Session.of(engine, 2)) {
      session.run(image(256));
      long pooled = direct();
      long byLarge = allocatedBy(() -> use(session, 256));
      long bySmall = allocatedBy(() -> use(session, 8));

      assertThat(byLarge).isBetween(bySmall - SLACK, bySmall + SLACK);
      assertThat(direct()).isLessThan(pooled + IMAGE);
    }
  }

  @Test
  void a_run_takes_its_outputs_from_the_heap_whose_collector_knows_their_size() {
    try (Engine engine = OnnxModel.unary("Relu", OnnxModel.FLOAT, 1L, 3L, "h", "w").load()) {
      Map<String, HostTensor> large = image(256);
      long pooled = direct();
      long byLarge = allocatedBy(() -> engine.run(large));

      assertThat(byLarge).isBetween(IMAGE, IMAGE + 16384);
      assertThat(direct()).isLessThan(pooled + IMAGE);
    }
  }

  @Test
  void the_measure_notices_a_copy_of_the_tensor() {
    try (Engine engine = OnnxModel.unary("Relu", OnnxModel.FLOAT, 1L, 3L, "h", "w").load();
        BoundRun large = engine.bind(image(256))) {
      long copying = allocatedBy(() -> large.outputs().get("y").toFloats());

      assertThat(copying).isGreaterThanOrEqualTo(IMAGE);
    }
  }

  private static void use(Session session, int side) {
    session.prepare(1, 3, side, side);
    session.run();
  }

  private static Map<String, HostTensor> image(int side) {
    return Map.of("x", HostTensor.allocate(ElementType.FLOAT, 1, 3, side, side));
  }

  /** Bytes of the heap for one call, on this thread. */
  private static long allocatedBy(Runnable call) {
    for (int i = 0; i < WARM_UP; i++) {
      call.run();
    }
    long start = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
    for (int i = 0; i < RUNS; i++) {
      call.run();
    }
    return (THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()) - start) / RUNS;
  }

  /** Bytes in direct buffers. */
  private static long direct() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }
}
