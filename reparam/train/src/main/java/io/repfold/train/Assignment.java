package io.repfold.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A value given to a name on the command line: {@code trainer.epochs=3}.
 *
 * @param name what is before the first equals sign
 * @param value JSON, or else a text
 */
public record Assignment(String name, JsonNode value) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Empty if there is no equals sign or nothing before it. */
  public static Optional<Assignment> parse(String text) {
    int equals = text.indexOf('=');
    String name = equals < 0 ? "" : text.substring(0, equals).strip();
    return name.isBlank()
        ? Optional.empty()
        : Optional.of(new Assignment(name, value(text.substring(equals + 1))));
  }

  private static JsonNode value(String text) {
    try {
      JsonNode value = MAPPER.readTree(text);
      return value == null || value.isMissingNode() ? new TextNode(text) : value;
    } catch (JsonProcessingException e) {
      return new TextNode(text);
    }
  }

  /**
   * The value as {@link io.repfold.config.NamedArguments} takes it: a text, number, boolean, list,
   * map or null.
   */
  public @Nullable Object plain() {
    return MAPPER.convertValue(value, Object.class);
  }
}
