package io.repfold.tensorrt;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The shapes that inputs may have together. A plan may have several profiles; the first that all
 * shapes of a run lie in is used.
 *
 * @param inputs by name; inputs whose shape the model fixes need not be among them
 */
public record Profile(Map<String, ShapeRange> inputs) {
  /** Keeps the order of the inputs. */
  public Profile {
    inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
  }

  /**
   * Reads profiles as the command line takes them: {@code name=min:opt:max}, one for each input. A
   * name that comes again begins the next profile.
   *
   * @throws IllegalArgumentException if one of them is not of that form
   */
  public static List<Profile> parse(List<String> texts) {
    List<Map<String, ShapeRange>> profiles = new ArrayList<>();
    for (String text : texts) {
      int equals = text.lastIndexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException(
            "'%s' must be INPUT=MIN:OPT:MAX, as in images=1x3x64x64:1x3x512x512:8x3x1024x1024"
                .formatted(text));
      }
      String name = text.substring(0, equals);
      if (profiles.isEmpty() || profiles.get(profiles.size() - 1).containsKey(name)) {
        profiles.add(new LinkedHashMap<>());
      }
      ShapeRange range = ShapeRange.parse(text.substring(equals + 1));
      profiles.get(profiles.size() - 1).put(name, range);
    }
    return profiles.stream().map(Profile::new).toList();
  }

  /** What {@link #parse} reads, one line an input. */
  public List<String> texts() {
    return inputs.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList();
  }

  /** All inputs in one line. */
  @Override
  public String toString() {
    return texts().stream().collect(joining(" "));
  }
}
