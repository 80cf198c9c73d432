/**
 * {@link io.repfold.precision.int8.Int8Conversion}: QuantizeLinear and DequantizeLinear around the
 * layers of a graph, by statistics over samples.
 */
@org.jspecify.annotations.NullMarked
package io.repfold.precision.int8;
