package io.repfold.tensorrt;

import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * The one owner of one object of TensorRT: frees it once, and refuses its use afterwards by name.
 * Whoever opens several closes them in the reverse order.
 *
 * @param <T> its class
 */
final class NativeObject<T extends Pointer> implements AutoCloseable {
  /**
   * Linux maps nothing below. Where CUDA cannot start, {@code createInferRuntime} of TensorRT 10.15
   * returns 0x238: no object, seen as its second base class.
   */
  private static final long LOWEST = 4096;

  private final String name;
  private final int destructor;
  private @Nullable T object;

  private NativeObject(String name, int destructor, T object) {
    this.name = name;
    this.destructor = destructor;
    this.object = object;
  }

  /**
   * Takes over what a function of TensorRT returned.
   *
   * @param name for messages
   * @param mark of the log before the call
   * @throws NativeException if it returned nothing; says what the log says
   */
  static <T extends Pointer> NativeObject<T> of(String name, @Nullable T object, long mark) {
    return of(name, object, mark, Destructor.SLOT_OF_OWNED);
  }

  /** The same for a class with its destructor elsewhere. */
  static <T extends Pointer> NativeObject<T> of(
      String name, @Nullable T object, long mark, int destructor) {
    if (object == null || object.address() < LOWEST) {
      throw new NativeException(name, TrtLogger.messages().text(mark));
    }
    return new NativeObject<>(name, destructor, object);
  }

  /**
   * The object.
   *
   * @throws IllegalStateException if it is freed
   */
  synchronized T get() {
    if (object == null) {
      throw new IllegalStateException("The %s is closed".formatted(name));
    }
    return object;
  }

  @Override
  public synchronized void close() {
    if (object != null) {
      // Whatever happens on the way: the object must not be freed twice.
      T freed = object;
      object = null;
      Destructor.call(freed, destructor);
    }
  }
}
