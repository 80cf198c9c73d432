package io.repfold.cli;

import io.repfold.bench.BenchOptions;
import io.repfold.bench.Contender;
import io.repfold.bench.Throughput;
import io.repfold.runtime.Backends;
import io.repfold.runtime.HostTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** {@code --streams}: how many runs of an engine are under way at once. */
final class StreamsOption {
  @Option(
      names = "--streams",
      paramLabel = "N",
      split = ",",
      description =
          "Also measure runs and samples a second with so many runs under way at once, one number"
              + " after the other; on a GPU each has a context and a stream for itself. Repeatable.")
  private final List<Integer> streams = new ArrayList<>();

  List<Integer> numbers() {
    return List.copyOf(streams);
  }

  /**
   * Refuses what cannot be measured.
   *
   * @param ids of the engines
   * @throws UsageException if a number is out of its range, or an engine does one run at a time
   */
  void require(List<String> ids) {
    for (int count : streams) {
      if (count < 1 || count > Throughput.MOST_STREAMS) {
        throw new UsageException(
            "--streams must be 1 to %d, not %d".formatted(Throughput.MOST_STREAMS, count));
      }
    }
    String serial = Backends.onnxRuntimeTensorRt().id();
    if (!streams.isEmpty() && ids.contains(serial)) {
      throw new UsageException(
          "--streams: %s does one run at a time, because ONNX Runtime's TensorRT provider holds a lock during each; take the engine tensorrt"
              .formatted(serial));
    }
  }

  /** One result for each contender, one after the other; they share the time that there is. */
  static List<Throughput> measure(
      int count, List<Contender> contenders, Map<String, HostTensor> inputs, BenchOptions options) {
    int each = (options.minimumRuns() + count - 1) / count;
    return contenders.stream()
        .map(
            contender ->
                Throughput.measure(
                    contender, inputs, count, options.budget().dividedBy(contenders.size()), each))
        .toList();
  }
}
