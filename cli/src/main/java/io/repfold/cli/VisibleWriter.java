package io.repfold.cli;

import io.repfold.runtime.VisibleText;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;

/** Where a command's text goes, in which no name of a model controls the terminal. */
final class VisibleWriter extends FilterWriter {
  private VisibleWriter(Writer out) {
    super(out);
  }

  static PrintWriter to(PrintWriter out) {
    return new PrintWriter(new VisibleWriter(out), true);
  }

  @Override
  public void write(int character) throws IOException {
    write(String.valueOf((char) character), 0, 1);
  }

  @Override
  public void write(char[] characters, int offset, int length) throws IOException {
    write(new String(characters, offset, length), 0, length);
  }

  @Override
  public void write(String text, int offset, int length) throws IOException {
    out.write(VisibleText.lines(text.substring(offset, offset + length)));
  }
}
