package io.repfold.pipeline.inputs;

import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.PipelineException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A shape as people write it, such as {@code images=1x3x224x224}.
 *
 * @param input empty if the text names none
 */
public record NamedShape(Optional<String> input, long[] sizes) {
  /**
   * Reads {@code [name=]SIZExSIZE...}; a comma does as well as an x.
   *
   * @throws PipelineException as a request if that is no shape
   */
  public static NamedShape parse(String text) {
    int equals = text.lastIndexOf('=');
    Optional<String> input = equals < 0 ? Optional.empty() : Optional.of(text.substring(0, equals));
    String[] parts = text.substring(equals + 1).split("[xX,]", -1);
    return new NamedShape(
        input, Arrays.stream(parts).mapToLong(part -> size(part.strip(), text)).toArray());
  }

  private static long size(String part, String text) {
    try {
      long size = Long.parseLong(part);
      if (size >= 1) {
        return size;
      }
    } catch (NumberFormatException e) {
      // Answered below, as a size below 1 is.
    }
    throw PipelineException.request(
        "'%s' is no shape: '%s' is no size of at least 1; write for example images=1x3x224x224"
            .formatted(text, part));
  }

  /**
   * Shapes by the names of a model's inputs.
   *
   * @param model for the message
   * @throws PipelineException as a request if a name is missing, given twice, or that of no input
   */
  public static Map<String, long[]> byName(
      List<NamedShape> shapes, String model, List<String> inputs) {
    Map<String, long[]> byName = new LinkedHashMap<>();
    for (NamedShape shape : shapes) {
      String name = shape.input().orElseGet(() -> onlyInput(shape, model, inputs));
      InputShapes.requireInput(model, inputs, name);
      if (byName.put(name, shape.sizes()) != null) {
        throw PipelineException.request("withShapes gives input '%s' two shapes".formatted(name));
      }
    }
    return byName;
  }

  private static String onlyInput(NamedShape shape, String model, List<String> inputs) {
    if (inputs.size() != 1) {
      throw PipelineException.request(
          "%s has %d inputs, so withShapes must name one of %s, for example withShapes %s=%s"
              .formatted(
                  model,
                  inputs.size(),
                  inputs,
                  inputs.isEmpty() ? "x" : inputs.get(0),
                  Phrases.shape(shape.sizes())));
    }
    return inputs.get(0);
  }
}
