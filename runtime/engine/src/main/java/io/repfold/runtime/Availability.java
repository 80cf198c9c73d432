package io.repfold.runtime;

/** Whether this machine can run a backend. */
public sealed interface Availability {
  /**
   * It can.
   *
   * @param version the version of the library behind the backend
   */
  record Ready(String version) implements Availability {}

  /**
   * It cannot.
   *
   * @param reason what is missing, in a sentence
   */
  record Missing(String reason) implements Availability {}
}
