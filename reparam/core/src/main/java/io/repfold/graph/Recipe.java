package io.repfold.graph;

import java.util.List;

/**
 * How one op is made of others.
 *
 * @param since the first opset with the form that the body reads
 * @param least inputs that must be there
 * @param most inputs that may be there
 * @param learnt how many of the first inputs a gradient reaches
 */
record Recipe(int since, int least, int most, int learnt, Body body) {
  /** Appends nodes and returns the values of the op's outputs, or of the first ones. */
  interface Body {
    List<String> append(Composer c);
  }

  /** Appends nodes and returns the value of the only output. */
  interface Single {
    String append(Composer c);
  }

  static Recipe of(int since, int inputs, int learnt, Single body) {
    return of(since, inputs, inputs, learnt, body);
  }

  static Recipe of(int since, int least, int most, int learnt, Single body) {
    return new Recipe(since, least, most, learnt, c -> List.of(body.append(c)));
  }

  /**
   * @throws InvalidGraphException if the node has a form that is not known; says which
   */
  List<Node> compose(Composer composer) {
    composer.require(since, least, most);
    return composer.finished(body.append(composer));
  }
}
