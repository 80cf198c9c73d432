package io.repfold.precision;

import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Runs samples in the interpreter. */
public record InterpretedSamples(String input, List<NdArray> samples) implements SampleRunner {
  @Override
  public void run(Graph graph, Set<String> values, int most, Sink sink) {
    for (int i = 0; i < Math.min(most, samples.size()); i++) {
      Map<String, NdArray> all = new Interpreter(graph).runAll(Map.of(input, samples.get(i)));
      Map<String, Computed> wanted = new HashMap<>();
      values.forEach(name -> wanted.put(name, computed(all.get(name))));
      sink.accept(i, wanted);
    }
  }

  private static Computed computed(NdArray array) {
    float[] floats = new float[array.data().length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) array.data()[i];
    }
    long[] shape = Arrays.stream(array.dims()).asLongStream().toArray();
    return new Computed(FloatBuffer.wrap(floats), array.type().isFloat(), shape);
  }
}
