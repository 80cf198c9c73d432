package io.repfold.data;

import java.util.Set;

/** The names of all arguments of a loader, for tests outside of this package. */
public final class LoaderKeys {
  private LoaderKeys() {}

  public static Set<String> all() {
    return ArgumentParser.KEYS;
  }
}
