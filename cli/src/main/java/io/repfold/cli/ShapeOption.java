package io.repfold.cli;

import io.repfold.graph.Dim;
import io.repfold.graph.Shape;
import io.repfold.graph.Value;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.PipelineException;
import io.repfold.pipeline.inputs.NamedShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code --shape}, for the commands that run or describe a model. */
final class ShapeOption {
  @Option(
      names = "--shape",
      paramLabel = "[INPUT=]SIZES",
      converter = Converter.class,
      description =
          "The shape of an input, such as images=1x3x224x224; once for each input. A model with one"
              + " input needs no name.")
  private final List<NamedShape> shapes = new ArrayList<>();

  /**
   * The given shapes by input name.
   *
   * @throws UsageException also if a shape contradicts what the model declares
   */
  Map<String, long[]> of(ModelFile file) {
    Map<String, long[]> given = of(file.path().toString(), file.inputs());
    for (Value input : file.graph().inputs()) {
      long[] sizes = given.get(input.name());
      if (sizes != null && input.shape().isPresent() && !fits(sizes, input.shape().get())) {
        throw new UsageException(
            "%s: input '%s' has the shape %s, which --shape %s contradicts"
                .formatted(file.path(), input.name(), input.shape().get(), Phrases.shape(sizes)));
      }
    }
    return given;
  }

  private static boolean fits(long[] sizes, Shape declared) {
    if (sizes.length != declared.rank()) {
      return false;
    }
    for (int axis = 0; axis < sizes.length; axis++) {
      if (declared.dim(axis) instanceof Dim.Known known && known.size() != sizes[axis]) {
        return false;
      }
    }
    return true;
  }

  /**
   * The given shapes by input name.
   *
   * @param model for the message
   * @throws PipelineException as a request if a name is missing, or there is no such input
   */
  Map<String, long[]> of(String model, List<String> inputs) {
    return NamedShape.byName(shapes, model, inputs);
  }

  private static final class Converter implements ITypeConverter<NamedShape> {
    @Override
    public NamedShape convert(String text) {
      try {
        return NamedShape.parse(text);
      } catch (PipelineException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }
}
