package io.repfold.fold;

import java.util.List;
import java.util.Set;

/**
 * A value as a sum of affine maps of other values.
 *
 * @param covered the nodes that the form does without, by their first output
 * @param axis where the channels of the value and of those that it is made of are
 */
record Form(List<Term> terms, Set<String> covered, ChannelAxis axis) {
  Form {
    terms = List.copyOf(terms);
    covered = Set.copyOf(covered);
  }
}
