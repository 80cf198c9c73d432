package io.repfold.djl;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients of a weighted sum of all outputs against central differences in double. */
class GradientsTest {
  private static final double STEP = 1e-6;
  private static final int PROBES = 12;
  private static final GraphBlockOptions AS_INFERENCE =
      GraphBlockOptions.DEFAULT.withFrozenBatchNorms(true);

  static List<Case> cases() {
    return Case.all().stream()
        .filter(c -> !c.name().startsWith("ArgMax") && !c.name().equals("Cast"))
        .filter(c -> !c.name().equals("Dropout"))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void a_gradient_is_the_slope(Case op) {
    Map<String, double[]> found = gradients(op);
    assertThat(found).isNotEmpty();
    if (op.name().startsWith(ParameterCases.PREFIX)) {
      assertThat(found).containsKey("p");
    }
    SplittableRandom random = new SplittableRandom(7);
    found.forEach(
        (name, gradient) -> {
          double largest = Arrays.stream(gradient).map(Math::abs).max().orElse(0);
          for (int i = 0; i < Math.min(PROBES, gradient.length); i++) {
            int at = gradient.length <= PROBES ? i : random.nextInt(gradient.length);
            double slope = slope(op, name, at);
            assertThat(gradient[at])
                .as("d loss / d %s[%d]", name, at)
                .isCloseTo(slope, org.assertj.core.data.Offset.offset(1e-4 * largest + 1e-6));
          }
        });
  }

  private static Map<String, double[]> gradients(Case op) {
    Map<String, double[]> gradients = new LinkedHashMap<>();
    Engine engine = Engine.getInstance();
    try (GraphBlock block = GraphBlock.of(op.graph(), AS_INFERENCE);
        NDManager manager = NDManager.newBaseManager()) {
      NDList inputs = Oracles.inputs(manager, op.graph(), op.shapes());
      inputs.forEach(x -> x.setRequiresGradient(true));
      try (GradientCollector collector = engine.newGradientCollector()) {
        NDArray loss = null;
        int index = 0;
        for (NDArray y : block.forward(inputs, true)) {
          if (y.getDataType() == DataType.FLOAT32) {
            float[] weights = Oracles.random(100 + index, y.size());
            NDArray part = y.mul(manager.create(weights, y.getShape())).sum();
            loss = loss == null ? part : loss.add(part);
          }
          index++;
        }
        collector.backward(loss);
      }
      for (int i = 0; i < inputs.size(); i++) {
        gradients.put(
            op.graph().inputs().get(i).name(), Oracles.doubles(inputs.get(i).getGradient()));
      }
      for (Parameter parameter : block.trainable()) {
        gradients.put(parameter.getName(), Oracles.doubles(parameter.getArray().getGradient()));
      }
    }
    return gradients;
  }

  private static double slope(Case op, String name, int at) {
    return (loss(op, name, at, STEP) - loss(op, name, at, -STEP)) / (2 * STEP);
  }

  private static double loss(Case op, String name, int at, double step) {
    Graph graph = op.graph();
    Map<String, NdArray> inputs = new LinkedHashMap<>();
    for (int i = 0; i < op.shapes().size(); i++) {
      float[] values = Oracles.random(i + 1, op.shapes().get(i));
      double[] data = new double[values.length];
      Arrays.setAll(data, k -> values[k]);
      if (graph.inputs().get(i).name().equals(name)) {
        data[at] += step;
      }
      inputs.put(
          graph.inputs().get(i).name(), NdArray.of(data, HostArrays.ints(op.shapes().get(i))));
    }
    if (graph.initializers().containsKey(name)) {
      Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
      Tensor tensor = initializers.get(name);
      double[] data = tensor.toDoubles();
      data[at] += step;
      initializers.put(name, Tensor.ofDoubles(ElementType.DOUBLE, data, tensor.dims()));
      graph = graph.toBuilder().replaceInitializers(initializers).build();
    }
    double loss = 0;
    int index = 0;
    for (NdArray y : new ArrayList<>(new Interpreter(graph).run(inputs).values())) {
      if (y.type().isFloat()) {
        float[] weights = Oracles.random(100 + index, y.data().length);
        for (int i = 0; i < weights.length; i++) {
          loss += weights[i] * y.data()[i];
        }
      }
      index++;
    }
    return loss;
  }
}
