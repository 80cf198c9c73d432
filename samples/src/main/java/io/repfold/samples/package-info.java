/** Small programs that use the libraries; the README shows them. */
@org.jspecify.annotations.NullMarked
package io.repfold.samples;
