/** The command line: {@link io.repfold.cli.Main} is the door, and each command is one class. */
@NullMarked
package io.repfold.cli;

import org.jspecify.annotations.NullMarked;
