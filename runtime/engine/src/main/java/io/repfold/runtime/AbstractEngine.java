package io.repfold.runtime;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * What all engines have in common: inputs are checked before {@link #compute} sees them, nothing is
 * freed during a run and nothing is run when it has been freed.
 */
public abstract class AbstractEngine implements Engine {
  private final String name;
  private final String backend;
  private final EngineOptions options;
  private final List<TensorInfo> inputs;
  private final List<TensorInfo> outputs;
  private final Set<String> allOutputs = new LinkedHashSet<>();
  private final ModelMetadata metadata;
  private final Submissions submissions;

  /**
   * Runs hold the read lock, closing the write lock: a model that is freed during a run crashes the
   * process.
   */
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  private boolean closed;

  /**
   * Describes a loaded model; see the methods of {@link Engine}.
   *
   * @param backend the backend's name and version
   */
  protected AbstractEngine(
      String name,
      String backend,
      EngineOptions options,
      List<TensorInfo> inputs,
      List<TensorInfo> outputs,
      ModelMetadata metadata) {
    this.name = name;
    this.backend = backend;
    this.options = options;
    this.inputs = List.copyOf(inputs);
    this.outputs = List.copyOf(outputs);
    this.metadata = metadata;
    this.submissions = new Submissions(name, options.threads());
    outputs.forEach(output -> allOutputs.add(output.name()));
  }

  /**
   * Runs the model, possibly on several threads at once.
   *
   * @param inputs all of {@link #inputs} in their types and declared shapes, in direct memory, and
   *     nothing else
   * @param requested some names of {@link #outputs}, at least one
   * @return the requested outputs in the model's order, in memory that nothing else writes to
   * @throws EngineException if the run fails
   */
  protected abstract Map<String, HostTensor> compute(
      Map<String, HostTensor> inputs, Set<String> requested);

  /** Copies of these tensors on the heap, as {@link #compute} should return them. */
  protected static Map<String, HostTensor> onHeap(Map<String, HostTensor> tensors) {
    Map<String, HostTensor> copies = new LinkedHashMap<>(tensors);
    copies.replaceAll((name, tensor) -> tensor.copyOnHeap());
    return copies;
  }

  /** Frees what the model holds. Called once, when nothing runs. */
  protected abstract void free();

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final String backend() {
    return backend;
  }

  @Override
  public final EngineOptions options() {
    return options;
  }

  @Override
  public final List<TensorInfo> inputs() {
    return inputs;
  }

  @Override
  public final List<TensorInfo> outputs() {
    return outputs;
  }

  @Override
  public final ModelMetadata metadata() {
    return metadata;
  }

  @Override
  public final Map<String, HostTensor> run(Map<String, HostTensor> given) {
    return run(given, allOutputs);
  }

  @Override
  public final Map<String, HostTensor> run(Map<String, HostTensor> given, Set<String> requested) {
    InputCheck.inputs(name, inputs, given);
    InputCheck.outputs(name, outputs, requested);
    Map<String, HostTensor> direct = inDirectMemory(given);
    return whileOpen(() -> compute(direct, requested));
  }

  /**
   * Refuses inputs that {@link #run} would refuse before it computes.
   *
   * @throws EngineException naming all that does not fit
   */
  protected final void requireFit(Map<String, HostTensor> given) {
    InputCheck.inputs(name, inputs, given);
  }

  /** The same tensors, those on the heap copied into direct memory. */
  protected static Map<String, HostTensor> inDirectMemory(Map<String, HostTensor> tensors) {
    Map<String, HostTensor> direct = new LinkedHashMap<>(tensors);
    direct.replaceAll((name, tensor) -> tensor.inDirectMemory());
    return direct;
  }

  /**
   * {@inheritDoc}
   *
   * <p>As it stands here, each run copies the outputs once; engines that need not override it.
   */
  @Override
  public BoundRun bind(Map<String, HostTensor> given) {
    Map<String, HostTensor> own = Collections.unmodifiableMap(new LinkedHashMap<>(given));
    return new CopiedRun(this, own, run(own));
  }

  @Override
  public final CompletableFuture<Map<String, HostTensor>> submit(Map<String, HostTensor> given) {
    return submissions.submit(this, given);
  }

  @Override
  public final CompletableFuture<Map<String, HostTensor>> submit(
      Map<String, HostTensor> given, Executor executor) {
    return Submissions.submit(this, given, executor);
  }

  @Override
  public final void warmUp(Map<String, HostTensor> given, int runs) {
    if (runs < 1) {
      throw new IllegalArgumentException("Warming up takes at least 1 run, not " + runs);
    }
    for (int i = 0; i < runs; i++) {
      run(given);
    }
  }

  @Override
  public final void close() {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        free();
      }
    } finally {
      lock.writeLock().unlock();
      submissions.close();
    }
  }

  /**
   * Does something that needs the model, and keeps it from being freed meanwhile.
   *
   * @throws IllegalStateException if the engine is closed; names it
   */
  protected final <T> T whileOpen(Supplier<T> work) {
    lock.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("The engine of '%s' is closed".formatted(name));
      }
      return work.get();
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public final String toString() {
    return name + " on " + backend;
  }
}
