package io.repfold.nets;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.repfold.djl.GraphBlock;
import io.repfold.djl.GraphBlockOptions;
import io.repfold.graph.Graph;
import io.repfold.graph.NdArray;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Runs graphs with one input as the trainer validates them. */
final class DjlRuns {
  private DjlRuns() {}

  static NDArray array(NDManager manager, NdArray image) {
    float[] values = new float[image.data().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) image.data()[i];
    }
    return manager.create(values, new Shape(Arrays.stream(image.dims()).asLongStream().toArray()));
  }

  static Map<String, NdArray> run(Graph graph, NdArray image) {
    Map<String, NdArray> outputs = new LinkedHashMap<>();
    try (NDManager manager = NDManager.newBaseManager(Device.cpu());
        GraphBlock block = GraphBlock.of(graph, GraphBlockOptions.DEFAULT)) {
      NDList results = block.forward(new NDList(array(manager, image)), false);
      for (int i = 0; i < results.size(); i++) {
        float[] values = results.get(i).toFloatArray();
        double[] wide = new double[values.length];
        Arrays.setAll(wide, j -> values[j]);
        long[] dims = results.get(i).getShape().getShape();
        int[] sizes = Arrays.stream(dims).mapToInt(Math::toIntExact).toArray();
        outputs.put(graph.outputs().get(i).name(), NdArray.of(wide, sizes));
      }
    }
    return outputs;
  }
}
