/**
 * What all conversions to narrower numbers share: the ranges of values over samples, agreement on
 * decisions, the axis of classes, and what a graph must be before.
 */
@org.jspecify.annotations.NullMarked
package io.repfold.precision;
