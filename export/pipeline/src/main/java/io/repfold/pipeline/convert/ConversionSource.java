package io.repfold.pipeline.convert;

import io.repfold.graph.Graph;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.inputs.Sample;
import java.util.List;

/**
 * What a conversion starts from.
 *
 * @param file the model as it was given
 * @param graph its graph, folded
 * @param target the share of decisions that must stay the same
 * @param samples read when they are asked for; may be empty
 */
record ConversionSource(
    ModelFile file, Graph graph, ConversionRequest request, double target, List<Sample> samples) {}
