package io.repfold.pipeline;

import java.util.Optional;

/** Which repfold this is. */
public final class Release {
  private Release() {}

  /** The version, as the jar says; {@code development} outside a jar. */
  public static String version() {
    return Optional.ofNullable(Release.class.getPackage().getImplementationVersion())
        .orElse("development");
  }
}
