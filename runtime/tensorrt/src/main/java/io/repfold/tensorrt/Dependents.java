package io.repfold.tensorrt;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** All that must be freed before what they depend on. For any number of threads. */
final class Dependents implements AutoCloseable {
  private final Set<Dependent> all = Collections.newSetFromMap(new IdentityHashMap<>());

  synchronized void add(Dependent dependent) {
    all.add(dependent);
  }

  /**
   * Frees one. It stays among the others until that is done, or has failed: {@link #close} on
   * another thread must not be done before.
   */
  void end(Dependent dependent) {
    try {
      dependent.close();
    } finally {
      synchronized (this) {
        all.remove(dependent);
      }
    }
  }

  /**
   * Frees all, and waits for those that are being freed. One that fails does not keep the others.
   */
  @Override
  public void close() {
    List<Dependent> rest;
    synchronized (this) {
      rest = new ArrayList<>(all);
      all.clear();
    }
    Freeing.inOrder(rest.stream().<Runnable>map(dependent -> dependent::close).toList());
  }
}
