/** graph */
@org.jspecify.annotations.NullMarked
package io.repfold.graph;
