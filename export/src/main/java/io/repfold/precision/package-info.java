/**
 * Graphs in narrower numbers: {@link io.repfold.precision.HalfPrecision} makes float16 or bfloat16
 * of float32.
 */
@org.jspecify.annotations.NullMarked
package io.repfold.precision;
