package io.repfold.weights;

import java.util.List;

/** What a pickle adds to a value after making it. */
final class Filling {
  private Filling() {}

  /**
   * @param flat keys and values in turn
   */
  static void put(Object target, List<Object> flat) {
    Check.that(flat.size() % 2 == 0, "its pickle has a key without a value; it is damaged");
    Dict dict;
    if (target instanceof Dict known) {
      dict = known;
    } else if (target instanceof Inert object) {
      dict = object.items();
    } else {
      throw new WeightsException("its pickle adds an entry to " + Kinds.of(target));
    }
    for (int i = 0; i < flat.size(); i += 2) {
      dict.put(flat.get(i), flat.get(i + 1));
    }
  }

  /** Items of an object that is a kind of list are of no use here. */
  static void append(Object target, List<Object> items) {
    if (target instanceof Sequence sequence) {
      sequence.items().addAll(items);
    } else if (!(target instanceof Inert)) {
      throw new WeightsException("its pickle adds an item to " + Kinds.of(target));
    }
  }

  /**
   * BUILD: attributes that were put on a dict, such as the versions of its layers, are left out.
   */
  static void setState(Object target, Object state) {
    if (target instanceof Inert object) {
      object.setState(state);
    } else if (target instanceof NumpyArray array) {
      array.setState(Sequence.of(state, "The state of an array").items());
    } else if (target instanceof NumpyType type) {
      type.setState(Sequence.of(state, "The state of a dtype").items());
    } else if (!(target instanceof Dict) && !(target instanceof Sequence)) {
      throw new WeightsException("its pickle sets the state of " + Kinds.of(target));
    }
  }
}
