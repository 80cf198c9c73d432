package io.repfold.tensorrt;

import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.global.cudart;
import org.jspecify.annotations.Nullable;

/** Owns a recording of all that one run queues, which is queued again in one call. */
final class CudaGraph implements AutoCloseable {
  private @Nullable CUgraphExec_st graph;

  private CudaGraph(CUgraphExec_st graph) {
    this.graph = graph;
  }

  /** Either a graph, or why there is none. */
  record Capture(@Nullable CudaGraph graph, String refusal) {}

  /**
   * Records instead of running. Some plans cannot be recorded, those with loops or with shapes that
   * depend on values; whether this one can is found out by trying, as not every version can tell.
   *
   * @param work queues the run on the stream; false if it could not
   */
  static Capture of(Stream stream, java.util.function.BooleanSupplier work) {
    int begun =
        cudart.cudaStreamBeginCapture(stream.get(), cudart.cudaStreamCaptureModeThreadLocal);
    if (begun != cudart.cudaSuccess) {
      return refused("cannot begin to record: " + Cuda.words(begun));
    }
    boolean queued = work.getAsBoolean();
    // Also after a failure the stream must leave its recording state.
    CUgraph_st recorded = new CUgraph_st();
    int ended = cudart.cudaStreamEndCapture(stream.get(), recorded);
    if (!queued || ended != cudart.cudaSuccess) {
      destroy(recorded);
      return refused(
          queued ? "cannot be recorded: " + Cuda.words(ended) : "TensorRT does not take part");
    }
    CUgraphExec_st executable = new CUgraphExec_st();
    int made = cudart.cudaGraphInstantiate(executable, recorded, 0);
    destroy(recorded);
    return made == cudart.cudaSuccess
        ? new Capture(new CudaGraph(executable), "")
        : refused("cannot be prepared: " + Cuda.words(made));
  }

  private static Capture refused(String why) {
    cudart.cudaGetLastError();
    return new Capture(null, why);
  }

  private static void destroy(CUgraph_st recorded) {
    if (!recorded.isNull()) {
      Cuda.checkFreeing(cudart.cudaGraphDestroy(recorded), "Freeing a CUDA graph");
    }
  }

  void launch(Stream stream) {
    if (graph == null) {
      throw new IllegalStateException("The CUDA graph is closed");
    }
    Cuda.check(cudart.cudaGraphLaunch(graph, stream.get()), "Running a CUDA graph");
  }

  @Override
  public void close() {
    if (graph != null) {
      CUgraphExec_st freed = graph;
      graph = null;
      Cuda.checkFreeing(cudart.cudaGraphExecDestroy(freed), "Freeing a CUDA graph");
    }
  }
}
