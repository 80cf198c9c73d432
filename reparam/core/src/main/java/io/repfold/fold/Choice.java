package io.repfold.fold;

/**
 * The cheaper way to compute a value.
 *
 * @param cost for one position of the value, with all that only the value needs
 * @param folded whether by its form, or by the node that is there
 */
record Choice(Cost cost, boolean folded) {}
