package io.repfold.train;

import io.repfold.data.Batch;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.onnx.OnnxModel;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The best weights of a run that rounds to integers, as the file that others run. */
final class IntegerFile {
  private IntegerFile() {}

  /** What was trained, beside the file that it becomes. */
  private record Deployed(TrainedNetwork network, OnnxModel model) implements TrainedNetwork {
    @Override
    public Map<String, Tensor> outputs(Tensor images) {
      Set<String> written =
          model.graph().outputs().stream().map(Value::name).collect(Collectors.toSet());
      Map<String, Tensor> outputs = network.outputs(images);
      outputs.keySet().retainAll(written);
      return outputs;
    }

    @Override
    public Map<String, Tensor> values(Tensor images, List<String> names) {
      return network.values(images, names);
    }
  }

  /**
   * Writes it, if nothing is found wrong with it.
   *
   * @param batch whose images are looked at
   * @param iteration how many are done
   */
  static void write(
      TrainConfig config, RunFolder folder, TrainingCheck check, Batch batch, long iteration) {
    OnnxModel best = OnnxModel.read(folder.weights(true));
    NetworkSource source = NetworkSource.saved(best, config);
    OnnxModel integers = Deployment.inference(best);
    try (LearningNetwork network = new LearningNetwork(source, config.learning())) {
      check.check(new Deployed(network, integers), FirstAndLast.images(batch), iteration);
    }
    integers.write(folder.integers());
  }
}
