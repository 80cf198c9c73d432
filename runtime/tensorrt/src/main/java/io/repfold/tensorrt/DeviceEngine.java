package io.repfold.tensorrt;

import io.repfold.runtime.Engine;
import io.repfold.runtime.HostTensor;
import java.util.List;
import java.util.Map;

/** An engine whose inputs may lie in the memory of the GPU. */
public interface DeviceEngine extends Engine {
  /**
   * What TensorRT made of the model, in the order of execution: for a model that leaves sizes open,
   * and without profiles, in the plan that was compiled last.
   */
  List<PlanLayer> layers();

  /** {@inheritDoc} The run is recorded as a CUDA graph where that can be done. */
  @Override
  DeviceRun bind(Map<String, HostTensor> inputs);

  /**
   * Prepares runs as {@link Engine#bind} does, of inputs some of which are on the GPU already. Each
   * run reads them there, on a stream of its own: what writes to them must be done before.
   *
   * @param host the other inputs
   * @param device by input name
   * @param graph whether to record the run as a CUDA graph, which makes its start cheaper; see
   *     {@link DeviceRun#withoutGraph}
   * @throws io.repfold.runtime.EngineException if an input is missing or does not fit
   */
  DeviceRun bind(Map<String, HostTensor> host, Map<String, DeviceBuffer> device, boolean graph);
}
