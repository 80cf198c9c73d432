package io.repfold.pipeline.part;

import java.util.List;

/**
 * A part of both models.
 *
 * @param from what it is fed, by name
 * @param to what it computes
 */
record Cut(List<String> from, String to) {
  Cut {
    from = List.copyOf(from);
  }
}
