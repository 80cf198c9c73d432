package io.repfold.tensorrt;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Deletes C++ objects of TensorRT. JavaCPP's own {@code close()} does nothing for them, because
 * they come from functions and not from constructors.
 *
 * <p>All but the parser derive from {@code INoCopy}, of which the first virtual function is the
 * destructor. By the Itanium C++ ABI, which Linux follows, it has two entries at the start of the
 * virtual table, and the second, at index 1, also frees the memory. The parser declares other
 * functions before its destructor: eight in TensorRT 10, six in 11.
 */
final class Destructor {
  /** Where the deleting destructor of a class is that derives from INoCopy. */
  static final int SLOT_OF_OWNED = 1;

  /** For a class whose destructor is not known: it stays until the process ends. */
  static final int NOT_KNOWN = -1;

  private Destructor() {}

  /** Where the parser's is. */
  static int slotOfParser(int majorVersion) {
    return switch (majorVersion) {
      case 10 -> 9;
      case 11 -> 7;
      default -> NOT_KNOWN;
    };
  }

  /** Deletes an object; it must not be used again. */
  static void call(Pointer object, int slot) {
    if (slot == NOT_KNOWN) {
      return;
    }
    try (LongPointer header = new LongPointer(object);
        LongPointer table = new LongPointer(new Address(header.get()))) {
      // Only a pointer that JavaCPP initializes itself has a deallocator that calls a given
      // address.
      long address = object.address();
      Pointer once = new Address(0);
      Init.METHOD.invoke(once, address, 1L, address, table.get(slot));
      object.setNull();
      once.deallocate();
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("JavaCPP cannot free " + object.getClass().getName(), e);
    }
  }

  /** A place in memory that nobody here owns. */
  private static final class Address extends Pointer {
    Address(long place) {
      super((Pointer) null);
      address = place;
    }
  }

  /** {@code void init(long address, long capacity, long owner, long deallocator)} of Pointer. */
  private static final class Init {
    static final Method METHOD = find();

    private static Method find() {
      try {
        Method method =
            Pointer.class.getDeclaredMethod("init", long.class, long.class, long.class, long.class);
        method.setAccessible(true);
        return method;
      } catch (NoSuchMethodException e) {
        throw new IllegalStateException("This JavaCPP has no Pointer.init", e);
      }
    }
  }
}
