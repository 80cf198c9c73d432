package io.repfold.nets;

import io.repfold.graph.Spelling;
import java.util.Collection;

/** Names that do not exist. */
final class Names {
  private Names() {}

  /** An error that names the nearest known word, and all of them. */
  static IllegalArgumentException unknown(String what, String written, Collection<String> known) {
    return new IllegalArgumentException(
        "%s: there is no '%s'; did you mean '%s'? Known are %s"
            .formatted(what, written, Spelling.nearest(written, known), String.join(", ", known)));
  }
}
