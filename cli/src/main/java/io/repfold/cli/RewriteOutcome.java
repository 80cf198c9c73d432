package io.repfold.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.repfold.pipeline.compare.RewriteComparison;
import java.nio.file.Path;
import java.util.Optional;

/** What came of rewriting a model. */
interface RewriteOutcome {
  RewriteComparison comparison();

  /** Whether it is written, as far as the comparison and other conditions go. */
  boolean holds();

  /** The file that was written; empty for a plan. */
  Optional<Path> output();

  JsonNode json();

  /**
   * @param verbose everything, however much it is
   */
  String text(boolean verbose);
}
