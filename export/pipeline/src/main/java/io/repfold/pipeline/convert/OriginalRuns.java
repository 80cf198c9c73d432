package io.repfold.pipeline.convert;

import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.inputs.Sample;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The model as it was given, in ONNX Runtime. A large one is in memory only while it runs, so that
 * what is made of it has room.
 */
final class OriginalRuns implements AutoCloseable {
  /** Of outputs that are remembered. */
  private static final long MOST_BYTES = 1L << 28;

  private final ModelFile source;
  private final Engine description;
  private @Nullable Engine open;
  private List<Map<String, HostTensor>> known = List.of();

  OriginalRuns(ModelFile source) {
    this.source = source;
    this.description = load(source);
    this.open = description;
  }

  private static Engine load(ModelFile source) {
    return Backends.onnxRuntimeCpu().load(source.path(), EngineOptions.defaults());
  }

  /** To look at inputs, and to run before {@link #rest}. */
  Engine engine() {
    return description;
  }

  /** Lets go of a large model. */
  void rest() {
    if (source.isLarge()) {
      close();
      unmap();
    }
  }

  /** What is mapped of the file is given back by a collection only. */
  void unmap() {
    if (source.release()) {
      System.gc();
    }
  }

  /**
   * Runs samples of a large model now, as far as memory allows, so that it can rest. Nothing is run
   * a second time.
   */
  void remember(List<Sample> samples) {
    if (!source.isLarge() || !known.isEmpty() || samples.isEmpty()) {
      return;
    }
    unmap();
    List<Map<String, HostTensor>> outputs = new ArrayList<>();
    long bytes = 0;
    for (Sample sample : samples) {
      if (bytes > MOST_BYTES) {
        break;
      }
      Map<String, HostTensor> output = running().run(sample.read());
      outputs.add(output);
      bytes += output.values().stream().mapToLong(t -> (long) t.size() * t.type().bytes()).sum();
    }
    known = outputs;
    if (outputs.size() == samples.size()) {
      rest();
    }
  }

  /** What the model makes of a sample. */
  Map<String, HostTensor> run(int index, Map<String, HostTensor> inputs) {
    return index < known.size() ? known.get(index) : running().run(inputs);
  }

  private Engine running() {
    Engine engine = open == null ? load(source) : open;
    open = engine;
    return engine;
  }

  @Override
  public void close() {
    if (open != null) {
      open.close();
      open = null;
    }
  }
}
