package io.repfold.graph;

import io.repfold.runtime.Engine;

/** Breaks rules on purpose, so that the architecture tests can show that they notice. */
public final class PlantedBreach {
  private PlantedBreach() {}

  /** Uses a package that the graph must not know, prints, and ends the program. */
  public static void breakRules(Engine engine) {
    System.out.println(engine);
    java.util.logging.Logger.getLogger("breach").info("logged");
    System.exit(1);
  }
}
