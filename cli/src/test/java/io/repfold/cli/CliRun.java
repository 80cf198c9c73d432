package io.repfold.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;

/** One command, run in this process. */
record CliRun(int code, String out, String err) {
  /** Arguments may be paths. */
  static CliRun of(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        Main.run(
            new PrintWriter(out),
            new PrintWriter(err),
            Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
    return new CliRun(code, out.toString(), err.toString());
  }
}
