package io.repfold.cli;

import io.repfold.fold.MatrixProduct;
import io.repfold.graph.Dim;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Value;
import io.repfold.onnx.OnnxModel;
import io.repfold.runtime.Availability;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Backends;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Products with a large right factor by ONNX Runtime's MatMul in double, several times faster than
 * Java; small ones, and all where ONNX Runtime is missing, in Java. For one thread at a time.
 */
final class OnnxRuntimeProduct implements MatrixProduct, AutoCloseable {
  /** From so many elements of the right factor on it pays to copy the factors. */
  private static final int LARGE = 1 << 17;

  /** Elements of a factor that are in native memory at once. */
  private static final int PART = 1 << 20;

  private final Backend backend = Backends.onnxRuntimeCpu();
  private final MatrixProduct inJava = MatrixProduct.inJava();
  private final int large;
  private final int part;

  /** Native memory that no product uses now. */
  private final List<ByteBuffer> spare = new ArrayList<>();

  private @Nullable Engine engine;
  private boolean missing;

  OnnxRuntimeProduct() {
    this(LARGE, PART);
  }

  /**
   * For tests.
   *
   * @param large elements of the right factor from which on ONNX Runtime is used
   * @param part elements of a factor that are copied at once
   */
  OnnxRuntimeProduct(int large, int part) {
    this.large = large;
    this.part = part;
  }

  @Override
  public MatrixProduct.Right right(double[] b, int inner, int columns) {
    Engine runtime = b.length < large ? null : engine();
    return runtime == null
        ? inJava.right(b, inner, columns)
        : new Right(runtime, b, inner, columns);
  }

  private @Nullable Engine engine() {
    if (engine == null && !missing) {
      missing = backend.availability() instanceof Availability.Missing;
      engine = missing ? null : backend.load("matrix product", product(), EngineOptions.defaults());
    }
    return engine;
  }

  /** {@code c = a b}, for matrices of any size. */
  private static byte[] product() {
    Graph graph =
        new Graph.Builder("product")
            .input(matrix("a", "rows", "inner"))
            .input(matrix("b", "inner", "columns"))
            .node(new Op.MatMul(), List.of("a", "b"), "c")
            .output(matrix("c", "rows", "columns"))
            .build();
    return OnnxModel.of(graph).toBytes();
  }

  private static Value matrix(String name, String rows, String columns) {
    Shape shape = new Shape(List.of(new Dim.Symbol(rows), new Dim.Symbol(columns)));
    return Value.of(name, io.repfold.graph.ElementType.DOUBLE, shape);
  }

  @Override
  public void close() {
    if (engine != null) {
      engine.close();
      engine = null;
    }
  }

  /** Multiplies block by block: some rows of the left by some columns of the right. */
  private final class Right implements MatrixProduct.Right {
    private final Engine runtime;
    private final double[] b;
    private final int inner;
    private final int columns;
    private final int width;
    private final ByteBuffer panel;
    private int loaded = -1;

    Right(Engine runtime, double[] b, int inner, int columns) {
      this.runtime = runtime;
      this.b = b;
      this.inner = inner;
      this.columns = columns;
      this.width = Math.max(1, Math.min(columns, part / inner));
      this.panel = take(inner * width);
    }

    @Override
    public void multiply(double[] a, int rows, double[] c) {
      int height = Math.max(1, Math.min(rows, part / Math.max(inner, width)));
      ByteBuffer block = take(height * inner);
      for (int top = 0; top < rows; top += height) {
        int count = Math.min(height, rows - top);
        block.asDoubleBuffer().put(a, top * inner, count * inner);
        HostTensor left = tensor(block, count, inner);
        for (int from = 0; from < columns; from += width) {
          HostTensor right = panel(from, Math.min(columns, from + width));
          HostTensor result = runtime.run(Map.of("a", left, "b", right)).get("c");
          store(Objects.requireNonNull(result, "an output of the graph"), c, top, from);
        }
      }
      spare.add(block);
    }

    private HostTensor panel(int from, int to) {
      if (loaded != from) {
        DoubleBuffer target = panel.asDoubleBuffer();
        for (int row = 0; row < inner; row++) {
          target.put(b, row * columns + from, to - from);
        }
        loaded = from;
      }
      return tensor(panel, inner, to - from);
    }

    private void store(HostTensor result, double[] c, int top, int from) {
      DoubleBuffer values = result.bytes().order(ByteOrder.nativeOrder()).asDoubleBuffer();
      int rows = (int) result.shape()[0];
      int count = (int) result.shape()[1];
      for (int row = 0; row < rows; row++) {
        values.get(c, (top + row) * columns + from, count);
      }
    }

    @Override
    public void close() {
      spare.add(panel);
    }
  }

  private static HostTensor tensor(ByteBuffer memory, int rows, int columns) {
    ByteBuffer exact = memory.slice(0, rows * columns * Double.BYTES);
    return HostTensor.wrap(ElementType.DOUBLE, exact.order(ByteOrder.nativeOrder()), rows, columns);
  }

  /** The smallest spare block that is large enough, or a new one: they are freed late. */
  private ByteBuffer take(int elements) {
    int bytes = Math.multiplyExact(elements, Double.BYTES);
    int best = -1;
    for (int i = 0; i < spare.size(); i++) {
      int capacity = spare.get(i).capacity();
      if (capacity >= bytes && (best < 0 || capacity < spare.get(best).capacity())) {
        best = i;
      }
    }
    return best >= 0
        ? spare.remove(best)
        : ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }
}
