package io.repfold.train;

import java.util.List;

/** A configuration that cannot be used; says everything that is wrong with it at once. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String source;
  private final transient List<String> problems;

  ConfigException(String source, List<String> problems) {
    super(source + ": " + String.join("; ", problems));
    this.source = source;
    this.problems = List.copyOf(problems);
  }

  ConfigException(String source, String problem, Throwable cause) {
    super(source + ": " + problem, cause);
    this.source = source;
    this.problems = List.of(problem);
  }

  /** The file, or what stands for it. */
  public String source() {
    return source;
  }

  /** One sentence a problem; each names the key, what was expected and what was found. */
  public List<String> problems() {
    return problems;
  }
}
