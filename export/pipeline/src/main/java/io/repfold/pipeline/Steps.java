package io.repfold.pipeline;

/** Hears what a long piece of work is doing. */
@FunctionalInterface
public interface Steps {
  /** For those who do not listen. */
  Steps UNHEARD = step -> {};

  /** The step before, if there was one, has ended, and this one begins. */
  void next(String step);
}
