package io.repfold.precision;

/** What the numbers of an output mean, which says how much of them may change. */
public enum OutputKind {
  /** Scores or probabilities of classes, of which the best one is the answer. */
  CLASSES("best class"),
  /** Probabilities of things that are there or not, each by itself, on a scale from 0 to 1. */
  SCORES("scores"),
  /** Numbers that count as they are, in a unit of their own: distances, angles, features. */
  VALUES("values"),
  /** Numbers whose columns are unlike things: centers and sizes of boxes, for example. */
  BOXES("columns"),
  /** The pixels of an image. */
  IMAGE("pixels"),
  /** Integers and truth values. */
  LABELS("labels"),
  /** Nothing that counts. */
  NONE("not judged");

  private final String noun;

  OutputKind(String noun) {
    this.noun = noun;
  }

  /** In a few words, for tables. */
  public String noun() {
    return noun;
  }
}
