/**
 * ONNX file in, proven ONNX file out. The doors: {@link io.repfold.pipeline.fold.FoldFile} folds a
 * file, {@link io.repfold.pipeline.convert.ConvertFile} writes it in another precision, {@link
 * io.repfold.pipeline.compare.ModelComparer} compares two. What all of them share is here; errors
 * are {@link io.repfold.pipeline.PipelineException}s and those of the modules below.
 */
@NullMarked
package io.repfold.pipeline;

import org.jspecify.annotations.NullMarked;
