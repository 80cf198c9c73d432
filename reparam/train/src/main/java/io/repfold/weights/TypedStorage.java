package io.repfold.weights;

import io.repfold.graph.ElementType;

/**
 * A storage as its pickle names it.
 *
 * @param type of its elements
 */
record TypedStorage(Storage storage, ElementType type) {}
