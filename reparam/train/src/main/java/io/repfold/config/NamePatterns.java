package io.repfold.config;

import io.repfold.graph.Spelling;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Names of tensors, in which {@code *} stands for any text: {@code *.running_var}.
 *
 * @param patterns at least one must fit
 */
public record NamePatterns(List<String> patterns) implements Predicate<String> {
  public NamePatterns {
    patterns = List.copyOf(patterns);
  }

  @Override
  public boolean test(String name) {
    return patterns.stream().anyMatch(pattern -> fits(pattern, name));
  }

  private static boolean fits(String pattern, String name) {
    String regex =
        Stream.of(pattern.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
    return Pattern.compile(regex, Pattern.DOTALL).matcher(name).matches();
  }

  /**
   * @param key of the configuration, for the message
   * @param what the names are of, such as {@code convolution}
   * @throws IllegalArgumentException if a pattern fits no name; names the nearest
   */
  public void requireAll(String key, String what, Collection<String> names) {
    for (String pattern : patterns) {
      if (names.stream().noneMatch(name -> fits(pattern, name))) {
        Set<String> possible = new LinkedHashSet<>(names);
        if (pattern.contains("*")) {
          names.forEach(name -> addScopes(name, possible));
        }
        throw new IllegalArgumentException(
            "%s: no %s is named '%s'%s"
                .formatted(
                    key,
                    what,
                    pattern,
                    possible.isEmpty()
                        ? ""
                        : "; the nearest is '%s'".formatted(Spelling.nearest(pattern, possible))));
      }
    }
  }

  /** {@code a.*} and {@code a.b.*} for {@code a.b.weight}. */
  private static void addScopes(String name, Set<String> patterns) {
    for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      patterns.add(name.substring(0, dot) + ".*");
    }
  }
}
