package io.repfold.runtime;

import java.nio.file.Path;
import java.util.Map;

/** Where this user keeps what takes long to make again. */
public final class UserCache {
  private UserCache() {}

  /**
   * The folder that the environment variable {@code REPFOLD_CACHE} names, else {@code repfold} in
   * {@code XDG_CACHE_HOME} or {@code ~/.cache}; it may not be there yet.
   */
  public static Path folder() {
    return folder(System.getenv(), Path.of(System.getProperty("user.home")));
  }

  static Path folder(Map<String, String> environment, Path home) {
    String own = environment.getOrDefault("REPFOLD_CACHE", "");
    if (!own.isEmpty()) {
      return Path.of(own);
    }
    String caches = environment.getOrDefault("XDG_CACHE_HOME", "");
    return (caches.isEmpty() ? home.resolve(".cache") : Path.of(caches)).resolve("repfold");
  }
}
