package io.repfold.pipeline;

/** Work on files that cannot be done; the message names the file and what to do. */
public final class PipelineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Whose mistake it is. */
  public enum Kind {
    /** What was asked for contradicts itself or the model. */
    REQUEST,
    /** The file, the model or the machine does not allow it. */
    WORK
  }

  private final Kind kind;

  private PipelineException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  private PipelineException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public static PipelineException request(String message) {
    return new PipelineException(Kind.REQUEST, message);
  }

  public static PipelineException request(String message, Throwable cause) {
    return new PipelineException(Kind.REQUEST, message, cause);
  }

  public static PipelineException work(String message) {
    return new PipelineException(Kind.WORK, message);
  }

  public static PipelineException work(String message, Throwable cause) {
    return new PipelineException(Kind.WORK, message, cause);
  }

  public Kind kind() {
    return kind;
  }
}
