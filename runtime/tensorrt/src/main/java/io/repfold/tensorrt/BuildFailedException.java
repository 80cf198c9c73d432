package io.repfold.tensorrt;

import java.util.List;

/** A model cannot be compiled; says all that is wrong with it. */
final class BuildFailedException extends RuntimeException {
  private final transient List<String> problems;

  BuildFailedException(List<String> problems) {
    super(String.join("; ", problems));
    this.problems = List.copyOf(problems);
  }

  List<String> problems() {
    return problems;
  }
}
