package io.repfold.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code repfold} itself; its subcommands, {@link Commands}, do the work. */
@Command(
    name = "repfold",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description =
        "Trains re-parameterized CNNs, folds them into plain convolutions, and proves it.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:the work failed",
      "2:bad usage",
      "3:a verification or check ran and did not hold"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  repfold inspect model.onnx",
      "  repfold fold model.onnx -o folded.onnx --report report.html",
      "  repfold verify model.onnx folded.onnx",
      "  repfold bench model.onnx folded.onnx",
      "  repfold segment model.onnx photos -o masks --overlay",
      "  repfold doctor",
      "  repfold train -c config.json",
      "  repfold export saved/net/11-22_06-15-00 -o deployed.onnx"
    })
final class RepfoldCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show where in repfold an error came from.")
  private boolean debug;

  /** Whether {@code --debug} was given, anywhere on the line. */
  static boolean debugs(CommandLine command) {
    CommandLine root = command;
    while (root.getParent() != null) {
      root = root.getParent();
    }
    return root.getCommand() instanceof RepfoldCommand repfold && repfold.debug;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "A command is missing");
  }
}
