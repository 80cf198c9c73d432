package io.repfold.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Writes a configuration in the keys of its file. */
final class ConfigWriter {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final DefaultPrettyPrinter PRINTER =
      new DefaultPrettyPrinter()
          .withObjectIndenter(new DefaultIndenter("  ", "\n"))
          .withArrayIndenter(new DefaultIndenter("  ", "\n"));

  private ConfigWriter() {}

  static String text(TrainConfig config) {
    try {
      return MAPPER.writer(PRINTER).writeValueAsString(tree(config)) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Plain values can always be written", e);
    }
  }

  private static Map<String, Object> tree(TrainConfig config) {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("name", config.name());
    root.put("n_gpu", config.gpus());
    root.put("use_synch_bn", config.syncBatchNorm());
    config.architecture().ifPresent(arch -> root.put("arch", tree(arch)));
    config.startFrom().ifPresent(file -> root.put("start_from", file.toString()));
    if (config.learning().newHead()) {
      root.put("head", TrainConfig.Learning.NEW);
    }
    tree(config.learning()).ifPresent(train -> root.put("train", train));
    root.put("train_loader", tree(config.training()));
    config.validation().ifPresent(loader -> root.put("val_loader", tree(loader)));
    root.put("optimizer", tree(config.optimizer()));
    root.put("loss", config.loss());
    root.put("loss_args", config.lossArgs());
    root.put("aux_weight", config.auxiliaryWeight());
    config.ignoreIndex().ifPresent(index -> root.put("ignore_index", index));
    root.put("lr_scheduler", tree(config.schedule()));
    root.put("trainer", tree(config.loop()));
    root.put("seed", config.seed());
    root.put("threads", config.threads());
    return root;
  }

  private static Map<String, Object> tree(TrainConfig.Typed typed) {
    Map<String, Object> node = new LinkedHashMap<>();
    if (!typed.type().isEmpty()) {
      node.put("type", typed.type());
    }
    node.put("args", typed.args());
    return node;
  }

  private static Optional<Map<String, Object>> tree(TrainConfig.Learning learning) {
    Map<String, Object> node = new LinkedHashMap<>();
    if (!learning.hold().isEmpty()) {
      node.put("hold", learning.hold());
    }
    if (!learning.learn().isEmpty()) {
      node.put("learn", learning.learn());
    }
    learning.auxiliaryOutput().ifPresent(output -> node.put("auxiliary_output", output));
    if (learning.constantWeights()) {
      node.put("constant_weights", true);
    }
    learning.quantize().ifPresent(precision -> node.put("quantize", precision));
    return node.isEmpty() ? Optional.empty() : Optional.of(node);
  }

  private static Map<String, Object> tree(TrainConfig.OptimizerChoice optimizer) {
    Map<String, Object> args = new LinkedHashMap<>();
    args.put("lr", optimizer.rate());
    args.putAll(optimizer.args());
    Map<String, Object> node = new LinkedHashMap<>();
    node.put("type", optimizer.type());
    node.put("differential_lr", optimizer.differential());
    node.put("args", args);
    return node;
  }

  private static Map<String, Object> tree(TrainConfig.Loop loop) {
    Map<String, Object> node = new LinkedHashMap<>();
    node.put("epochs", loop.epochs());
    node.put("save_dir", loop.saveDir().toString());
    node.put("save_period", loop.savePeriod());
    node.put("save_per_iter", loop.savePerIter());
    node.put("monitor", loop.monitor().text());
    node.put("early_stop", loop.earlyStop());
    node.put("tensorboard", loop.tensorboard());
    loop.logDir().ifPresent(folder -> node.put("log_dir", folder.toString()));
    node.put("log_per_iter", loop.logPerIter());
    node.put("val", loop.validate());
    node.put("val_per_epochs", loop.validateEvery());
    node.put("check_data", loop.checkData());
    return node;
  }
}
