package io.repfold.runtime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One thread's way to run an engine on inputs whose shapes change now and then. It owns the memory
 * of inputs and outputs, and keeps it, bound, for the shapes that were used last: coming back to
 * one of them costs a look-up, a new one costs the memory and one run more.
 *
 * <pre>{@code
 * try (Session session = Session.of(engine, 4)) {
 *   ByteBuffer image = session.prepare(1, 3, height, width);
 *   ... write float32 to it ...
 *   HostTensor scores = session.run().get("scores");
 * }
 * }</pre>
 *
 * <p>For one thread at a time; the engine stays open when the session is closed.
 */
public final class Session implements AutoCloseable {
  private final Engine engine;
  private final int keptShapes;

  /** By the shapes of all inputs in the engine's order, least recently used first. */
  private final Map<List<List<Long>>, Bound> bound = new LinkedHashMap<>(16, 0.75f, true);

  private @Nullable Bound current;
  private boolean closed;

  private record Bound(Map<String, ByteBuffer> inputs, BoundRun run) {}

  private Session(Engine engine, int keptShapes) {
    this.engine = engine;
    this.keptShapes = keptShapes;
  }

  /**
   * A session without memory yet.
   *
   * @param keptShapes for how many shapes, at least 1, memory is kept
   */
  public static Session of(Engine engine, int keptShapes) {
    if (keptShapes < 1) {
      throw new IllegalArgumentException(
          "A session keeps memory for at least 1 shape, not " + keptShapes);
    }
    return new Session(engine, keptShapes);
  }

  /**
   * Chooses the shapes of the following runs. What the memory held is kept for shapes that the
   * session still knows, and zero for others.
   *
   * @param shapes by input, for all of them
   * @return the inputs' memory in native byte order, each from position 0, until other shapes are
   *     chosen
   * @throws EngineException if an input is missing or unknown or its shape does not fit, or if the
   *     run on zeros that finds the outputs' shapes fails
   */
  public Map<String, ByteBuffer> prepare(Map<String, long[]> shapes) {
    checkOpen();
    InputCheck.shapes(engine.name(), engine.inputs(), shapes);
    List<List<Long>> key = key(shapes);
    Bound found = bound.get(key);
    if (found == null) {
      found = bind(shapes);
      bound.put(key, found);
      forgetOldest();
    }
    current = found;
    Map<String, ByteBuffer> views = new LinkedHashMap<>();
    found.inputs.forEach((name, memory) -> views.put(name, view(memory)));
    return views;
  }

  /**
   * As {@link #prepare(Map)}, for an engine with one input.
   *
   * @throws IllegalArgumentException if the engine has several inputs, or none
   */
  public ByteBuffer prepare(long... shape) {
    if (engine.inputs().size() != 1) {
      throw new IllegalArgumentException(
          "'%s' has %d inputs; give each its shape, by name"
              .formatted(engine.name(), engine.inputs().size()));
    }
    return prepare(Map.of(engine.inputs().get(0).name(), shape)).values().iterator().next();
  }

  /**
   * Runs the model on what the inputs' memory holds.
   *
   * @return all outputs by name, which the next run with these shapes overwrites
   * @throws EngineException if the run fails, also when an output's shape depends on the values
   * @throws IllegalStateException if no shapes have been chosen, or this or its engine is closed
   */
  public Map<String, HostTensor> run() {
    checkOpen();
    if (current == null) {
      throw new IllegalStateException(
          "The session of '%s' has no shapes yet; call prepare".formatted(engine.name()));
    }
    current.run.run();
    return current.run.outputs();
  }

  /**
   * Copies the inputs into the session's memory for their shapes and runs the model.
   *
   * @return as {@link #run()}
   * @throws EngineException also if an input does not have the declared type
   */
  public Map<String, HostTensor> run(Map<String, HostTensor> inputs) {
    checkOpen();
    InputCheck.inputs(engine.name(), engine.inputs(), inputs);
    Map<String, long[]> shapes = new LinkedHashMap<>();
    inputs.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
    prepare(shapes)
        .forEach(
            (name, memory) ->
                memory.put(Objects.requireNonNull(inputs.get(name), "checked").bytes()));
    return run();
  }

  /** Gives the memory free. Closing again does nothing. */
  @Override
  public void close() {
    closed = true;
    current = null;
    bound.values().forEach(b -> b.run.close());
    bound.clear();
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("The session of '%s' is closed".formatted(engine.name()));
    }
  }

  private List<List<Long>> key(Map<String, long[]> shapes) {
    return engine.inputs().stream()
        .map(input -> Arrays.stream(shape(shapes, input)).boxed().toList())
        .toList();
  }

  private Bound bind(Map<String, long[]> shapes) {
    Map<String, ByteBuffer> memory = new LinkedHashMap<>();
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    for (TensorInfo input : engine.inputs()) {
      HostTensor tensor = HostTensor.allocate(input.type(), shape(shapes, input));
      memory.put(input.name(), tensor.memory());
      tensors.put(input.name(), tensor);
    }
    return new Bound(memory, engine.bind(tensors));
  }

  private static long[] shape(Map<String, long[]> shapes, TensorInfo input) {
    return Objects.requireNonNull(shapes.get(input.name()), "checked by prepare");
  }

  private void forgetOldest() {
    Iterator<Bound> oldest = bound.values().iterator();
    while (bound.size() > keptShapes) {
      oldest.next().run.close();
      oldest.remove();
    }
  }

  private static ByteBuffer view(ByteBuffer memory) {
    return memory.duplicate().order(ByteOrder.nativeOrder());
  }
}
