package io.repfold.tensorrt;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Frees several things one after the other. */
final class Freeing {
  private Freeing() {}

  /**
   * Frees something because of a failure. What goes wrong now is told with it and does not take its
   * place.
   */
  static void after(Throwable failure, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      if (e != failure) {
        failure.addSuppressed(e);
      }
    }
  }

  /**
   * Does all steps in their order. One that fails does not keep the later ones: what they would
   * have freed is lost otherwise.
   *
   * @throws RuntimeException that of the first step that failed, with those of the others
   */
  static void inOrder(List<Runnable> steps) {
    @Nullable RuntimeException first = null;
    for (Runnable step : steps) {
      try {
        step.run();
      } catch (RuntimeException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
