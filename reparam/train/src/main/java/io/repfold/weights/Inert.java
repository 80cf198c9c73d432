package io.repfold.weights;

import java.util.List;
import java.util.Optional;

/** An object of any class, as the record of what a pickle says about it. */
final class Inert {
  private final Global type;
  private final Dict items = new Dict();
  private Object state = None.NONE;

  Inert(Global type) {
    this.type = type;
  }

  Global type() {
    return type;
  }

  /** What it holds if it is a kind of dict. */
  Dict items() {
    return items;
  }

  void setState(Object value) {
    state = value;
  }

  /** The attributes of the object; with slots, they come first of two. */
  Optional<Dict> attributes() {
    Object found = state;
    if (found instanceof Sequence pair && pair.items().size() == 2) {
      List<Object> both = pair.items();
      found = both.get(0);
    }
    return found instanceof Dict dict ? Optional.of(dict) : Optional.empty();
  }
}
