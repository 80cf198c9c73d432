package io.repfold.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** JSON that depends on nothing but the values: fixed order, line ends and indentation. */
final class Json {
  private static final ObjectMapper MAPPER = new ObjectMapper().registerModule(additions());
  private static final DefaultPrettyPrinter PRINTER =
      new DefaultPrettyPrinter()
          .withObjectIndenter(new DefaultIndenter("  ", "\n"))
          .withArrayIndenter(new DefaultIndenter("  ", "\n"));

  private Json() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** Records become objects, with their components in order. */
  static JsonNode of(Object value) {
    return MAPPER.valueToTree(value);
  }

  /** What {@link #text} or {@link #compact} wrote. */
  static JsonNode parse(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("Not JSON: " + text, e);
    }
  }

  /** Indented, with a line end at the end. */
  static String text(JsonNode node) {
    try {
      return MAPPER.writer(PRINTER).writeValueAsString(node) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A tree can always be written", e);
    }
  }

  /** On one line. */
  static String compact(JsonNode node) {
    return node.toString();
  }

  /** What JSON does not know: NaN, infinity and an empty Optional become null. */
  private static SimpleModule additions() {
    return new SimpleModule()
        .addSerializer(Double.class, serializer(v -> Double.isFinite(v) ? v : null))
        .addSerializer(double.class, serializer(v -> Double.isFinite(v) ? v : null))
        .addSerializer(
            OptionalDouble.class, serializer(v -> v.isPresent() ? v.getAsDouble() : null))
        .addSerializer(OptionalInt.class, serializer(v -> v.isPresent() ? v.getAsInt() : null))
        .addSerializer(Optional.class, serializer((Object v) -> ((Optional<?>) v).orElse(null)));
  }

  private static <T> JsonSerializer<T> serializer(Function<T, @Nullable Object> content) {
    return new JsonSerializer<>() {
      @Override
      public void serialize(T value, JsonGenerator json, SerializerProvider provider)
          throws IOException {
        Object found = content.apply(value);
        if (found instanceof Double number) {
          json.writeNumber(number);
        } else {
          provider.defaultSerializeValue(found, json);
        }
      }
    };
  }
}
