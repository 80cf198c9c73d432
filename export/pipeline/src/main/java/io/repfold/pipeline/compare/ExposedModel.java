package io.repfold.pipeline.compare;

import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.onnx.OnnxModel;
import io.repfold.onnx.WriteOptions;
import io.repfold.pipeline.PipelineException;
import io.repfold.pipeline.files.TemporaryFolder;
import io.repfold.pipeline.inputs.Sample;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A model that ONNX Runtime on the CPU runs with tensors inside it as outputs. It is loaded from a
 * temporary file, which may be larger than an array of bytes.
 */
public final class ExposedModel implements AutoCloseable {
  /** Ops whose results may be no tensors. */
  private static final List<String> NO_TENSORS = List.of("Sequence", "Optional", "SplitToSequence");

  /** ONNX Runtime is given a copy of external data, which would be a third one. */
  private static final WriteOptions ONE_FILE =
      new WriteOptions(WriteOptions.ExternalData.IF_NEEDED);

  private final OnnxModel model;
  private final EngineOptions options;
  private final TemporaryFolder folder = TemporaryFolder.inSystemFolder();

  public ExposedModel(OnnxModel model, EngineOptions options) {
    this.model = model;
    this.options = options;
  }

  /** Whether a node computes tensors that an output can show; constants compute nothing. */
  public static boolean computesTensors(Node node) {
    return !(node.op() instanceof Op.Constant)
        && NO_TENSORS.stream().noneMatch(node.op().type()::startsWith);
  }

  /**
   * The model with these outputs, beside its own. Close it before another is loaded.
   *
   * @throws io.repfold.runtime.EngineException if ONNX Runtime does not take it
   */
  public Engine load(List<String> outputs) {
    Path file = folder.path().resolve("exposed.onnx");
    model.withExtraOutputs(outputs).write(file, ONE_FILE);
    return Backends.onnxRuntimeCpu().load(file, options);
  }

  /**
   * Runs such a model; what it says of the temporary file it says of the sample.
   *
   * @throws PipelineException if it does not run on this sample; names it
   */
  public static Map<String, HostTensor> run(
      Engine engine, Sample sample, Map<String, HostTensor> inputs, Set<String> outputs) {
    try {
      return engine.run(inputs, outputs);
    } catch (EngineException e) {
      String reason =
          String.valueOf(e.getMessage()).replace("Cannot run '%s': ".formatted(engine.name()), "");
      throw PipelineException.work(
          "%s: the model does not run on it: %s".formatted(sample.name(), reason), e);
    }
  }

  @Override
  public void close() {
    folder.close();
  }
}
