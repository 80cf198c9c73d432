package io.repfold.cli;

import io.repfold.fold.Folder;
import io.repfold.graph.Graph;

/** Breaks a rule on purpose, so that the architecture tests can show that they notice. */
public final class PlantedWork {
  private PlantedWork() {}

  /** Does what a program could not do. */
  public static Graph folded(Graph graph) {
    return Folder.fold(graph).graph();
  }
}
