package io.repfold.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What ONNX itself says of the operators that have a typed form, by opset. */
final class Operators {
  static final int NEWEST = 26;

  /**
   * An attribute of an operator.
   *
   * @param fallback its default as text; empty if it has none
   */
  record Attribute(String name, AttributeType type, boolean required, Optional<String> fallback) {}

  /** An operator from one opset on. */
  record Signature(
      int minInputs,
      int maxInputs,
      int minOutputs,
      int maxOutputs,
      Map<String, Attribute> attributes) {
    boolean has(String attribute) {
      return attributes.containsKey(attribute);
    }
  }

  private static final SortedMap<String, NavigableMap<Integer, Signature>> ALL = read();

  private Operators() {}

  static Collection<String> types() {
    return ALL.keySet();
  }

  /** Empty if the opset does not have the operator yet. */
  static Optional<Signature> find(String type, int opset) {
    return Optional.ofNullable(all(type).floorEntry(opset)).map(Map.Entry::getValue);
  }

  /** The first opset that has the operator. */
  static int first(String type) {
    return all(type).firstKey();
  }

  /** Every attribute that the operator ever had, as it was last. */
  static Collection<Attribute> attributes(String type) {
    Map<String, Attribute> attributes = new LinkedHashMap<>();
    all(type).values().forEach(s -> attributes.putAll(s.attributes()));
    return attributes.values();
  }

  private static NavigableMap<Integer, Signature> all(String type) {
    return Objects.requireNonNull(ALL.get(type), type);
  }

  private static SortedMap<String, NavigableMap<Integer, Signature>> read() {
    SortedMap<String, NavigableMap<Integer, Signature>> all = new TreeMap<>();
    try (InputStream in =
        Objects.requireNonNull(Operators.class.getResourceAsStream("operators.txt"))) {
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split(" "))
          .forEach(
              words ->
                  all.computeIfAbsent(words[0], t -> new TreeMap<>())
                      .put(Integer.valueOf(words[1]), signature(words)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all;
  }

  private static Signature signature(String[] words) {
    Map<String, Attribute> attributes = new LinkedHashMap<>();
    for (String word : Arrays.asList(words).subList(4, words.length)) {
      Attribute attribute = attribute(word);
      attributes.put(attribute.name(), attribute);
    }
    String[] inputs = words[2].split("-", -1);
    String[] outputs = words[3].split("-", -1);
    return new Signature(
        count(inputs[0]), count(inputs[1]), count(outputs[0]), count(outputs[1]), attributes);
  }

  private static Attribute attribute(String word) {
    String[] sides = word.split(":", 2);
    String[] typeAndDefault = sides[1].split("=", 2);
    return new Attribute(
        sides[0].replace("!", ""),
        AttributeType.valueOf(typeAndDefault[0]),
        sides[0].endsWith("!"),
        Arrays.stream(typeAndDefault).skip(1).findFirst());
  }

  private static int count(String text) {
    return text.equals("*") ? Integer.MAX_VALUE : Integer.parseInt(text);
  }
}
