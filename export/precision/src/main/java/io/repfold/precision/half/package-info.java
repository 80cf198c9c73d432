/**
 * {@link io.repfold.precision.half.HalfPrecision}: float16 or bfloat16 of float32, with islands of
 * float32 where half numbers would not do.
 */
@org.jspecify.annotations.NullMarked
package io.repfold.precision.half;
