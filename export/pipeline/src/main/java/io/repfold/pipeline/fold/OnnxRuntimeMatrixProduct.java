package io.repfold.pipeline.fold;

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
public final class OnnxRuntimeMatrixProduct implements MatrixProduct, AutoCloseable {
  /** From so many elements of the right factor on it pays to copy the factors. */
  private static final int LARGE = 1 << 17;

  /** A native block holds at most 2 GiB. */
  private static final int LARGEST = Integer.MAX_VALUE / Double.BYTES;

  /** Elements that are copied at once; ONNX Runtime packs the right factor anew for each part. */
  private static final int PART = 1 << 23;

  /** Elements of the right factor that are on the heap at once, where they do not grow old. */
  private static final int READ = 1 << 20;

  /** Its threads leave the processor to others while they wait for the next part. */
  private static final EngineOptions OPTIONS =
      EngineOptions.defaults().withSessionOption("session.intra_op.allow_spinning", "0");

  private final Backend backend = Backends.onnxRuntimeCpu();
  private final MatrixProduct inJava = MatrixProduct.inJava();
  private final int large;
  private final int part;

  /** Native memory that no product uses now. */
  private final List<ByteBuffer> spare = new ArrayList<>();

  private @Nullable Engine engine;
  private boolean missing;

  public OnnxRuntimeMatrixProduct() {
    this(LARGE, PART);
  }

  /**
   * For tests.
   *
   * @param large elements of the right factor from which on ONNX Runtime is used
   * @param part elements that are copied at once
   */
  OnnxRuntimeMatrixProduct(int large, int part) {
    this.large = large;
    this.part = part;
  }

  @Override
  public MatrixProduct.Right right(int inner, int columns, MatrixProduct.Rows rows) {
    long elements = (long) inner * columns;
    Engine runtime = elements < large || elements > LARGEST ? null : engine();
    return runtime == null
        ? inJava.right(inner, columns, rows)
        : new Right(runtime, inner, columns, rows);
  }

  /** Whether a product was large enough for ONNX Runtime, and it was there. */
  boolean usedOnnxRuntime() {
    return engine != null;
  }

  private @Nullable Engine engine() {
    if (engine == null && !missing) {
      missing = backend.availability() instanceof Availability.Missing;
      engine = missing ? null : backend.load("matrix product", product(), OPTIONS);
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

  /** Holds the right factor in native memory and takes the left one some rows at a time. */
  private final class Right implements MatrixProduct.Right {
    private final Engine runtime;
    private final int inner;
    private final int columns;
    private final ByteBuffer memory;

    Right(Engine runtime, int inner, int columns, MatrixProduct.Rows rows) {
      this.runtime = runtime;
      this.inner = inner;
      this.columns = columns;
      this.memory = take(inner * columns);
      DoubleBuffer target = memory.asDoubleBuffer();
      int step = Math.max(1, Math.min(part, READ) / columns);
      for (int from = 0; from < inner; from += step) {
        target.put(rows.read(from, Math.min(inner, from + step)));
      }
    }

    @Override
    public void multiply(double[] a, int rows, double[] c) {
      HostTensor right = tensor(memory, inner, columns);
      int height = Math.max(1, Math.min(rows, part / Math.max(inner, columns)));
      ByteBuffer block = take(height * inner);
      for (int top = 0; top < rows; top += height) {
        int count = Math.min(height, rows - top);
        block.asDoubleBuffer().put(a, top * inner, count * inner);
        HostTensor left = tensor(block, count, inner);
        HostTensor result =
            Objects.requireNonNull(
                runtime.run(Map.of("a", left, "b", right)).get("c"), "an output of the graph");
        DoubleBuffer values = result.bytes().order(ByteOrder.nativeOrder()).asDoubleBuffer();
        values.get(c, top * columns, count * columns);
      }
      spare.add(block);
    }

    @Override
    public void close() {
      spare.add(memory);
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
