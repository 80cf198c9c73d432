package io.repfold.junit;

/** An engine that runs on no machine. */
public final class MissingBackend extends MissingEngine {
  static final String ID = "planted";
  static final String REASON = "libplanted.so.1 was not found";

  /** Made by {@link java.util.ServiceLoader}. */
  public MissingBackend() {
    super(ID, "Planted Engine", REASON);
  }
}
