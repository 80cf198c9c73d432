package io.repfold.train;

import io.repfold.graph.Tensor;
import io.repfold.onnx.OnnxModel;
import java.util.List;
import java.util.Map;

/** A network as it is learning, for those who compare it with what it is written as. */
public interface TrainedNetwork {
  /** The model as a run writes it, with the weights as they are now. */
  OnnxModel model();

  /**
   * What the network computes now, in inference, by the engine that trains it.
   *
   * @param images float32 [N, 3, H, W]
   * @return the outputs in float32, by name, in the graph's order
   */
  Map<String, Tensor> outputs(Tensor images);

  /**
   * The same of values inside.
   *
   * @param names of values in float32
   * @throws io.repfold.graph.InvalidGraphException if there is no such value
   */
  Map<String, Tensor> values(Tensor images, List<String> names);
}
