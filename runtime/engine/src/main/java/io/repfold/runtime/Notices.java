package io.repfold.runtime;

import java.util.function.Consumer;

/**
 * What users should know while they wait, a line at a time. Goes to the {@link System.Logger}
 * {@code io.repfold} unless the program takes it.
 */
public final class Notices {
  private static volatile Consumer<String> taker = Notices::log;

  private Notices() {}

  /** Takes all further lines of this process; each begins in lower case and has no point. */
  public static void sendTo(Consumer<String> lines) {
    taker = lines;
  }

  /** Says a line. */
  public static void say(String line) {
    taker.accept(line);
  }

  private static void log(String line) {
    System.getLogger("io.repfold").log(System.Logger.Level.INFO, line);
  }
}
