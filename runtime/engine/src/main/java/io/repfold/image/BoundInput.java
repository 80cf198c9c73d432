package io.repfold.image;

import io.repfold.images.ImageSize;
import io.repfold.runtime.BoundRun;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.HostTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Memory for the input of runs of one shape, for one thread at a time. From its second run on it is
 * bound to the engine, so that runs copy nothing.
 */
final class BoundInput implements AutoCloseable {
  private final Engine engine;
  private final InputPort port;
  private final String output;
  private final int images;
  private final ImageSize size;
  private final ByteBuffer memory;
  private final FloatBuffer values;
  private final HostTensor tensor;
  private @Nullable BoundRun bound;
  private boolean hasRun;

  BoundInput(Engine engine, InputPort port, String output, int images, ImageSize size) {
    this.engine = engine;
    this.port = port;
    this.output = output;
    this.images = images;
    this.size = size;
    long[] shape = port.shape(images, size);
    long elements = shape[0] * shape[1] * shape[2] * shape[3];
    if (elements * Math.max(Float.BYTES, port.type().bytes()) > Integer.MAX_VALUE) {
      throw new EngineException(
          "%d images of %s do not fit into the 2 GiB that one tensor of '%s' can hold; take fewer at once or slide a smaller window"
              .formatted(images, size, engine.name()));
    }
    memory =
        ByteBuffer.allocateDirect((int) elements * port.type().bytes())
            .order(ByteOrder.nativeOrder());
    tensor = HostTensor.wrap(port.type(), memory, shape);
    values =
        port.type() == ElementType.FLOAT
            ? memory.asFloatBuffer()
            : FloatBuffer.allocate((int) elements);
  }

  boolean fits(int count, ImageSize other) {
    return images == count && size.equals(other);
  }

  ImageSize size() {
    return size;
  }

  /** What it holds: the input, and the outputs once it is bound. */
  long bytes() {
    long input =
        port.type() == ElementType.FLOAT
            ? memory.capacity()
            : memory.capacity() + (long) values.capacity() * Float.BYTES;
    return bound == null
        ? input
        : input
            + bound.outputs().values().stream()
                .mapToLong(result -> (long) result.size() * result.type().bytes())
                .sum();
  }

  /** Where to write the images, in the port's layout. */
  FloatBuffer values() {
    return values;
  }

  /** Runs the network; the result is overwritten by the next run. */
  HostTensor run() {
    convert();
    Map<String, HostTensor> inputs = Map.of(port.name(), tensor);
    if (hasRun && bound == null) {
      bound = engine.bind(inputs);
    }
    Map<String, HostTensor> results;
    if (bound == null) {
      results = engine.run(inputs, Set.of(output));
      hasRun = true;
    } else {
      bound.run();
      results = bound.outputs();
    }
    HostTensor result = results.get(output);
    if (result == null) {
      throw new EngineException("'%s' gave no output '%s'".formatted(engine.name(), output));
    }
    return result;
  }

  /** Float32 is written where it is read; other types are made of it. */
  private void convert() {
    if (port.type() == ElementType.FLOAT) {
      return;
    }
    if (port.type() == ElementType.UINT8) {
      for (int i = 0; i < values.capacity(); i++) {
        memory.put(i, (byte) Math.round(values.get(i)));
      }
      return;
    }
    double[] wide = new double[values.capacity()];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values.get(i);
    }
    memory.put(0, HostTensor.of(port.type(), wide, wide.length).bytes(), 0, memory.capacity());
  }

  @Override
  public void close() {
    if (bound != null) {
      bound.close();
      bound = null;
    }
  }
}
