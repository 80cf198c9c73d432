/** Graphs as blocks of DJL, so that they can be trained. */
@org.jspecify.annotations.NullMarked
package io.repfold.djl;
