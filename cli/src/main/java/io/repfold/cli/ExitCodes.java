package io.repfold.cli;

/** What the process says to its caller. */
final class ExitCodes {
  static final int DONE = 0;
  static final int FAILED = 1;
  static final int BAD_USAGE = 2;

  /** A verification or check ran and did not hold. */
  static final int DOES_NOT_HOLD = 3;

  private ExitCodes() {}
}
