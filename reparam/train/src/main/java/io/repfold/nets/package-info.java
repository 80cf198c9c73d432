/** The network zoo: every network as a graph in its training form. */
@org.jspecify.annotations.NullMarked
package io.repfold.nets;
