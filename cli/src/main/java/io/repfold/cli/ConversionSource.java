package io.repfold.cli;

import io.repfold.graph.Graph;
import java.util.List;
import java.util.Optional;

/**
 * What a conversion starts from.
 *
 * @param file the model as it was given
 * @param graph its graph, folded
 * @param samples read when they are asked for; may be empty
 * @param calibration shows the tensors of that graph over samples; empty without samples
 */
record ConversionSource(
    ModelFile file,
    Graph graph,
    ConvertOptions options,
    List<Sample> samples,
    Optional<Calibration> calibration) {}
