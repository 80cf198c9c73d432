package io.repfold.blocks;

import io.repfold.graph.GraphBuilder;
import java.util.Optional;

/** One of the parallel paths of a block. */
interface Branch {
  /** The scope of its values within the block's. */
  String name();

  /** Why the block has no such branch at this shape; empty if it has one. */
  Optional<String> absence(RepSpec spec, int inChannels);

  /** Appends its nodes; it is not {@linkplain #absence absent}. */
  String append(GraphBuilder b, String x, RepSpec spec);
}
