package io.repfold.tensorrt;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * The places that are pinned, and how many hold each. CUDA pins a place once and refuses to do it
 * again; and whoever gives it back takes it from all the others. For several threads.
 */
final class Pins {
  /** A part of the host's memory. */
  record Place(long address, long bytes) {}

  private final Map<Place, Integer> holders = new HashMap<>();

  /**
   * Holds a place.
   *
   * @param pin does it, if nobody holds the place yet; false if it cannot be done
   * @return whether it is pinned
   */
  synchronized boolean hold(Place place, BooleanSupplier pin) {
    if (!holders.containsKey(place) && !pin.getAsBoolean()) {
      return false;
    }
    holders.merge(place, 1, Integer::sum);
    return true;
  }

  /**
   * Lets go of a place that is held.
   *
   * @param unpin gives it back, if this was the last that held it
   */
  synchronized void release(Place place, Runnable unpin) {
    if (holders.merge(place, -1, Integer::sum) == 0) {
      holders.remove(place);
      unpin.run();
    }
  }
}
