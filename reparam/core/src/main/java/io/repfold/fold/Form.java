package io.repfold.fold;

import java.util.List;
import java.util.Set;

/**
 * A value as a sum of affine maps of other values.
 *
 * @param covered the nodes that the form does without, by their first output
 */
record Form(List<Term> terms, Set<String> covered) {
  Form {
    terms = List.copyOf(terms);
    covered = Set.copyOf(covered);
  }
}
