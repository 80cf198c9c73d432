package io.repfold.junit;

import java.nio.file.Path;

/** One combination of an {@link EquivalenceContract}, the parameter of its method. */
public final class EquivalenceCase {
  private final ContractCase parts;
  private boolean verified;

  EquivalenceCase(ContractCase parts) {
    this.parts = parts;
  }

  /** The model that is right. */
  public Path reference() {
    return parts.reference();
  }

  /** The model that is judged. */
  public Path candidate() {
    return parts.candidate();
  }

  /** The id of the engine on which it is judged. */
  public String engine() {
    return parts.engine().id();
  }

  /** {@code fp32}, {@code fp16}, {@code bf16} or {@code int8}. */
  public String precision() {
    return parts.precisionName();
  }

  /** The folder for what belongs to a failure; it need not exist. */
  public Path folder() {
    return parts.folder();
  }

  /** As {@link #verify(EquivalenceOptions)} with the default options. */
  public void verify() {
    verify(EquivalenceOptions.DEFAULT);
  }

  /**
   * Asserts that the candidate computes what the reference does, on this case's engine and inputs
   * and in its precision.
   *
   * @param options their shapes come before those of the annotation; a precision other than {@code
   *     fp32} is held to their tolerance's share of decisions if it has one
   * @throws AssertionError if it does not; says why, on which sample and where in it, and in which
   *     part of the model, and names the files with these
   * @throws io.repfold.pipeline.PipelineException if a file is missing, or does not fit the model
   * @throws io.repfold.runtime.EngineException if a model cannot be read or run
   */
  public void verify(EquivalenceOptions options) {
    verified = true;
    new CaseVerification(parts, options).run();
  }

  /** Whether {@link #verify()} was called. */
  boolean isVerified() {
    return verified;
  }

  /** As reports name it. */
  @Override
  public String toString() {
    return parts.name();
  }
}
