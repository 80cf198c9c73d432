package io.repfold.pipeline.convert;

import io.repfold.graph.Graph;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.inputs.Sample;
import io.repfold.precision.OutputMeanings;
import io.repfold.precision.Targets;
import java.util.List;

/**
 * What a conversion starts from.
 *
 * @param file the model as it was given
 * @param graph its graph, folded
 * @param targets what the outputs must reach
 * @param meanings of the outputs
 * @param samples read when they are asked for; may be empty
 */
record ConversionSource(
    ModelFile file,
    Graph graph,
    ConversionRequest request,
    Targets targets,
    OutputMeanings meanings,
    List<Sample> samples) {}
