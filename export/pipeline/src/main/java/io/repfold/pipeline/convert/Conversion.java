package io.repfold.pipeline.convert;

import io.repfold.graph.Graph;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A graph in another precision, and what is to be said of it. */
public sealed interface Conversion permits HalfConversion, IntegerConversion {
  Graph graph();

  /** The same with its constants elsewhere. */
  Conversion withGraph(Graph same);

  /** Whether ONNX Runtime's CPU runs it; if not, the interpreter must show what it computes. */
  boolean runsOnCpu();

  /** Whether the interpreter must show how narrow hardware rounds, if samples are given. */
  default boolean needsEmulation() {
    return true;
  }

  /** Why nothing is worth writing, a sentence; empty if something is. */
  default Optional<String> refusal() {
    return Optional.empty();
  }

  /** Values that hold infinities in float32 too, such as masks. */
  default Set<String> infinite() {
    return Set.of();
  }

  /** What a reader should know of the comparison, each a sentence or two. */
  default List<String> remarks() {
    return List.of();
  }

  /** In a few words, for the file's metadata. */
  String summary();
}
