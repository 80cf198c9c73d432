package io.repfold.samples;

import io.repfold.blocks.RepBlocks;
import io.repfold.blocks.RepKind;
import io.repfold.blocks.RepSpec;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.WeightSource;
import io.repfold.onnx.OnnxModel;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes a small network in train form: three Rep blocks, and a sum that is better left alone. Its
 * weights are random, with statistics as after training.
 */
public final class TrainFormNetwork {
  private TrainFormNetwork() {}

  /** Takes the file to write. */
  public static void main(String[] arguments) {
    GraphBuilder b = new GraphBuilder("train form", WeightSource.random(1));
    String x = b.input("image", 1, 3, 64, 48);
    x = b.relu(block(b, "stem", x, RepKind.DBB, Kernel.of(3).withStride(2)));
    x = b.relu(block(b, "body", x, RepKind.REPVGG, Kernel.of(3)));
    x = b.relu(block(b, "wide", x, RepKind.ACB, Kernel.of(3).withDilation(2)));
    String dilated = b.conv(x, 8, Kernel.of(3).withDilation(2), 1);
    String average = b.averagePool(x, Kernel.of(3), true);
    b.output(b.add(List.of(dilated, average)));
    OnnxModel.of(b.build()).write(Path.of(arguments[0]));
  }

  private static String block(GraphBuilder b, String name, String x, RepKind kind, Kernel kernel) {
    return RepBlocks.append(b.scope(name), x, RepSpec.of(kind, 8, kernel));
  }
}
