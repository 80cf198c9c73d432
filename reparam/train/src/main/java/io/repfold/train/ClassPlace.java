package io.repfold.train;

/**
 * An axis of a value that the classes lie on.
 *
 * @param axis from 0
 * @param perClass how many of its places belong to one class: 1, or those that a DepthToSpace or a
 *     Reshape behind makes pixels of
 */
record ClassPlace(String value, int axis, long perClass) {
  ClassPlace at(String other) {
    return new ClassPlace(other, axis, perClass);
  }

  ClassPlace at(String other, int otherAxis) {
    return new ClassPlace(other, otherAxis, perClass);
  }
}
