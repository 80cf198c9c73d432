/**
 * Collapses the linear regions of a graph into single convolutions, where that is exact and pays.
 */
@org.jspecify.annotations.NullMarked
package io.repfold.fold;
