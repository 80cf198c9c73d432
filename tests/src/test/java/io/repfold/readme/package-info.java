/** Runs what the README shows. */
@org.jspecify.annotations.NullMarked
package io.repfold.readme;
