package io.repfold.tensorrt;

/** What must be freed before what it was made of. */
interface Dependent extends AutoCloseable {
  /** Closing again does nothing; a second thread waits for the first. */
  @Override
  void close();
}
