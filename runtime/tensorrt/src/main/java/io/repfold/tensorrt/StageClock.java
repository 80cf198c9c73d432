package io.repfold.tensorrt;

import io.repfold.runtime.StageTimes;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.global.cudart;

/** Owns four marks in a stream's work, between which the GPU measures time. */
final class StageClock implements AutoCloseable {
  /** Where a stage of a run ends and the next begins. */
  enum Mark {
    START,
    INPUTS_COPIED,
    COMPUTED,
    END
  }

  private static final double NANOSECONDS_PER_MILLISECOND = 1e6;

  private final Map<Mark, CUevent_st> events = new EnumMap<>(Mark.class);
  private boolean complete;

  StageClock() {
    try {
      for (Mark mark : Mark.values()) {
        CUevent_st event = new CUevent_st();
        Cuda.check(cudart.cudaEventCreate(event), "Making a CUDA event");
        events.put(mark, event);
      }
    } catch (RuntimeException | Error e) {
      Freeing.after(e, this::close);
      throw e;
    }
  }

  /** Queues a mark; the run is measured once the stream has passed the last one. */
  void mark(Stream stream, Mark mark) {
    complete = mark == Mark.END;
    Cuda.check(cudart.cudaEventRecord(event(mark), stream.get()), "Marking a stage");
  }

  /** The times between the marks of the last run; empty before it, and if it did not end. */
  Optional<StageTimes> times() {
    return complete
        ? Optional.of(
            new StageTimes(
                nanoseconds(Mark.START, Mark.INPUTS_COPIED),
                nanoseconds(Mark.INPUTS_COPIED, Mark.COMPUTED),
                nanoseconds(Mark.COMPUTED, Mark.END)))
        : Optional.empty();
  }

  private long nanoseconds(Mark from, Mark to) {
    float[] milliseconds = new float[1];
    Cuda.check(
        cudart.cudaEventElapsedTime(milliseconds, event(from), event(to)), "Measuring a stage");
    return Math.round(milliseconds[0] * NANOSECONDS_PER_MILLISECOND);
  }

  private CUevent_st event(Mark mark) {
    CUevent_st event = events.get(mark);
    if (event == null) {
      throw new IllegalStateException("The CUDA events are freed");
    }
    return event;
  }

  @Override
  public void close() {
    complete = false;
    List<CUevent_st> freed = List.copyOf(events.values());
    events.clear();
    Freeing.inOrder(freed.stream().<Runnable>map(event -> () -> free(event)).toList());
  }

  private static void free(CUevent_st event) {
    Cuda.checkFreeing(cudart.cudaEventDestroy(event), "Freeing a CUDA event");
  }
}
