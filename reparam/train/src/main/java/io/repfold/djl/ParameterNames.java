package io.repfold.djl;

import java.util.regex.Pattern;

/** Tells a single number that somebody named from one that an exporter made. */
public final class ParameterNames {
  /** {@code layer1.0.alpha}, {@code temperature}; not {@code /layer1/Mul}. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z_]\\w*(\\.\\w+)*");

  /** {@code val_3}, {@code const_one}. */
  private static final Pattern COMPUTED =
      Pattern.compile("(?i)(val|scalar|tensor)_?\\d+|const(ant)?s?(_\\w*|\\d*)");

  private ParameterNames() {}

  /** Whether somebody may have named a parameter so. */
  public static boolean isOne(String name) {
    return NAME.matcher(name).matches() && !isComputed(name);
  }

  /** Whether an exporter names so what it has computed itself. */
  static boolean isComputed(String name) {
    return COMPUTED.matcher(name).matches();
  }
}
