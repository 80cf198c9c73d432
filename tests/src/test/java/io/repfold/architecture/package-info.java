/** The module map as rules over the compiled classes. */
@org.jspecify.annotations.NullMarked
package io.repfold.architecture;
