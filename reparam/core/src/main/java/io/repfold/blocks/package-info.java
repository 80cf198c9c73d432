/**
 * Blocks whose parallel branches are trained apart and fold into one convolution: functions from a
 * builder and a value to a value.
 */
@org.jspecify.annotations.NullMarked
package io.repfold.blocks;
