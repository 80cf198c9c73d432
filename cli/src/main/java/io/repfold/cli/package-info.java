/** cli */
@org.jspecify.annotations.NullMarked
package io.repfold.cli;
