package io.repfold.fold;

import java.util.List;

/**
 * A value as a sum of affine maps of other values.
 *
 * @param covered the nodes that the form does without
 * @param axis where the channels of the value and of those that it is made of are
 */
record Form(List<Term> terms, NodeSet covered, ChannelAxis axis) {
  Form {
    terms = List.copyOf(terms);
  }
}
