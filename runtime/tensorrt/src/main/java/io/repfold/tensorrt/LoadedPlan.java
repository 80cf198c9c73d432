package io.repfold.tensorrt;

import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;
import org.bytedeco.tensorrt.nvinfer.IRuntime;

/** Owns an engine of TensorRT and the runtime that it came from, and frees them in this order. */
final class LoadedPlan implements AutoCloseable {
  private final NativeObject<IRuntime> runtime;
  private final NativeObject<ICudaEngine> engine;

  private LoadedPlan(NativeObject<IRuntime> runtime, NativeObject<ICudaEngine> engine) {
    this.runtime = runtime;
    this.engine = engine;
  }

  /**
   * Loads a plan that is known to be whole.
   *
   * @param name for messages
   * @param versionCompatible whether it holds code of its own, which TensorRT must be told to run
   * @throws NativeException if TensorRT does not take it
   */
  static LoadedPlan of(String name, Pointer bytes, long size, boolean versionCompatible) {
    long mark = TrtLogger.messages().mark();
    NativeObject<IRuntime> runtime =
        NativeObject.of("TensorRT runtime", nvinfer.createInferRuntime(TrtLogger.instance()), mark);
    try {
      if (versionCompatible) {
        runtime.get().setEngineHostCodeAllowed(true);
      }
      return new LoadedPlan(runtime, engine(name, runtime.get(), bytes, size));
    } catch (RuntimeException | Error e) {
      Freeing.after(e, runtime::close);
      throw e;
    }
  }

  private static NativeObject<ICudaEngine> engine(
      String name, IRuntime runtime, Pointer bytes, long size) {
    Optional<String> ownPlugins = Plugins.registerOwn();
    long mark = TrtLogger.messages().mark();
    String what = "TensorRT engine of '%s'".formatted(name);
    ICudaEngine engine = runtime.deserializeCudaEngine(bytes, size);
    if ((engine == null || engine.isNull()) && ownPlugins.isPresent()) {
      throw new NativeException(
          what, "%s; %s".formatted(TrtLogger.messages().text(mark), ownPlugins.get()));
    }
    return NativeObject.of(what, engine, mark);
  }

  ICudaEngine engine() {
    return engine.get();
  }

  @Override
  public void close() {
    Freeing.inOrder(List.of(engine::close, runtime::close));
  }
}
