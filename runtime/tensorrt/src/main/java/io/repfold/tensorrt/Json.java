package io.repfold.tensorrt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** JSON, read with the demand that what is needed be there. */
final class Json {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  static ArrayNode array() {
    return MAPPER.createArrayNode();
  }

  /** Indented, with a line end at the end. */
  static String text(JsonNode node) {
    return node.toPrettyString() + "\n";
  }

  /**
   * @throws IllegalArgumentException if it is no JSON
   */
  static JsonNode parse(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("it is no JSON: " + e.getOriginalMessage(), e);
    }
  }

  /**
   * @throws IllegalArgumentException if there is none
   */
  static JsonNode member(JsonNode object, String name) {
    JsonNode member = object.get(name);
    if (member == null) {
      throw new IllegalArgumentException("it has no '%s'".formatted(name));
    }
    return member;
  }

  /**
   * @throws IllegalArgumentException if there is none, or it is no text
   */
  static String string(JsonNode object, String name) {
    JsonNode member = member(object, name);
    if (!member.isTextual()) {
      throw new IllegalArgumentException("its '%s' is no text: %s".formatted(name, member));
    }
    return member.textValue();
  }

  /**
   * @throws IllegalArgumentException if there is none, or it is no whole number
   */
  static long number(JsonNode object, String name) {
    JsonNode member = member(object, name);
    if (!member.canConvertToLong() || !member.isIntegralNumber()) {
      throw new IllegalArgumentException("its '%s' is no whole number: %s".formatted(name, member));
    }
    return member.longValue();
  }

  /**
   * @throws IllegalArgumentException if there is none, or it is neither true nor false
   */
  static boolean truth(JsonNode object, String name) {
    JsonNode member = member(object, name);
    if (!member.isBoolean()) {
      throw new IllegalArgumentException("its '%s' is no truth: %s".formatted(name, member));
    }
    return member.booleanValue();
  }
}
