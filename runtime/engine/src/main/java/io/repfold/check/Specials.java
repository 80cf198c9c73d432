package io.repfold.check;

/**
 * The values of a tensor that are no finite numbers.
 *
 * @param nan number of NaN
 * @param infinite number of infinities of either sign
 */
public record Specials(long nan, long infinite) {}
