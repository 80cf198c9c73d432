package io.repfold.weights;

/** Python's {@code None}. */
enum None {
  NONE
}
