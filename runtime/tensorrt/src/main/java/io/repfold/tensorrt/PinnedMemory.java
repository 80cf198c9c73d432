package io.repfold.tensorrt;

import io.repfold.runtime.HostTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;

/**
 * Memory of Java that the GPU reads and writes by itself for as long as this is open. It stays
 * Java's: whoever still holds its tensor afterwards reads valid memory.
 */
final class PinnedMemory implements AutoCloseable {
  private static final int PAGE = 4096;

  /** Of the process: several runs may be bound to one tensor. */
  private static final Pins PINS = new Pins();

  private final BytePointer memory;
  private final Pins.Place place;
  private boolean pinned;

  private PinnedMemory(BytePointer memory, Pins.Place place, boolean pinned) {
    this.memory = memory;
    this.place = place;
    this.pinned = pinned;
  }

  /**
   * Pins the memory of a tensor. Where that cannot be done, copies still work, but take longer: see
   * {@link #isPinned}.
   */
  static PinnedMemory of(HostTensor tensor) {
    BytePointer memory = new BytePointer(tensor.bytes());
    long bytes = (long) tensor.size() * tensor.type().bytes();
    Pins.Place place = new Pins.Place(memory.address(), bytes);
    boolean pinned = bytes > 0 && PINS.hold(place, () -> pin(memory, bytes));
    return new PinnedMemory(memory, place, pinned);
  }

  private static boolean pin(BytePointer memory, long bytes) {
    int status = cudart.cudaHostRegister(memory, bytes, cudart.cudaHostRegisterPortable);
    if (status != cudart.cudaSuccess) {
      // The error would otherwise be reported by a later call.
      cudart.cudaGetLastError();
    }
    return status == cudart.cudaSuccess;
  }

  /** Zeroed memory in pages of its own: what shares none with other memory can be pinned. */
  static ByteBuffer pages(int bytes) {
    int whole = Math.max(1, (bytes + PAGE - 1) / PAGE) * PAGE;
    return ByteBuffer.allocateDirect(whole + PAGE)
        .alignedSlice(PAGE)
        .slice(0, bytes)
        .order(ByteOrder.nativeOrder());
  }

  BytePointer address() {
    return memory;
  }

  boolean isPinned() {
    return pinned;
  }

  @Override
  public void close() {
    if (pinned) {
      pinned = false;
      PINS.release(
          place,
          () -> Cuda.checkFreeing(cudart.cudaHostUnregister(memory), "Giving pinned memory back"));
    }
  }
}
