package io.repfold.engines;

import ai.onnxruntime.OrtException;
import io.repfold.fold.Folder;
import io.repfold.graph.Dim;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Value;
import io.repfold.nets.Networks;
import io.repfold.onnx.OnnxModel;
import io.repfold.runtime.Backends;
import io.repfold.runtime.BoundRun;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.Session;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One model on one image, ready to run in each way. */
@State(Scope.Benchmark)
public class Contestants {
  private static final int CLASSES = 21;

  /** {@code RepLite}, folded, or {@code Relu}, which leaves little but the overhead. */
  @Param({"RepLite"})
  public String model;

  /** Height and width of the image. */
  @Param({"512"})
  public int size;

  BareOnnxRuntime bare;
  BoundRun bound;
  private Engine engine;
  private Session session;
  private Map<String, HostTensor> image;
  private long[] shape;

  @Setup
  public void load() throws OrtException {
    byte[] bytes = bytes(model);
    EngineOptions options = EngineOptions.defaults();
    shape = new long[] {1, 3, size, size};
    image =
        Map.of("image", HostTensor.allocate(io.repfold.runtime.ElementType.FLOAT, shape));
    engine = Backends.onnxRuntimeCpu().load(model, bytes, options);
    bound = engine.bind(image);
    session = Session.of(engine, 1);
    HostTensor output = bound.outputs().values().iterator().next();
    bare = new BareOnnxRuntime(bytes, options, shape, output.shape());
  }

  Map<String, HostTensor> run() {
    return engine.run(image);
  }

  Map<String, HostTensor> runSession() {
    session.prepare(shape);
    return session.run();
  }

  @TearDown
  public void close() throws OrtException {
    bare.close();
    session.close();
    bound.close();
    engine.close();
  }

  private static byte[] bytes(String model) {
    Graph graph = model.equals("Relu") ? relu() : network(model);
    return OnnxModel.of(graph).toBytes();
  }

  private static Graph network(String type) {
    Graph trained =
        Networks.build(type, Map.of(), CLASSES, Networks.initialWeights(type, 0)).graph();
    return Folder.fold(trained).graph();
  }

  private static Graph relu() {
    Shape any =
        new Shape(List.of(Dim.of(1), Dim.of(3), new Dim.Symbol("H"), new Dim.Symbol("W")));
    return new Graph.Builder("relu")
        .input(Value.of("image", ElementType.FLOAT, any))
        .node(new Op.Unary(Op.Unary.Function.RELU), List.of("image"), "y")
        .output(Value.of("y", ElementType.FLOAT, any))
        .build();
  }
}
