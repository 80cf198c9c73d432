package io.repfold.cli;

import java.util.List;
import picocli.CommandLine;

/** The commands of {@link RepfoldCommand}. Describing one takes time, so a run loads its own. */
final class Commands {
  /** In the order of the help. */
  private static final List<String> NAMES =
      List.of(
          "inspect",
          "fold",
          "expand",
          "convert",
          "extract",
          "verify",
          "bench",
          "segment",
          "doctor",
          "compile",
          "train",
          "eval",
          "export",
          "demo",
          "warm-up",
          "completion");

  /** These need all: the one lists their options, the other tells the launcher their classes. */
  private static final List<String> OF_ALL = List.of("completion", "warm-up");

  private Commands() {}

  /** Adds the command that a line begins with; all if it begins with none. */
  static CommandLine addTo(CommandLine root, String... line) {
    boolean one = line.length > 0 && NAMES.contains(line[0]) && !OF_ALL.contains(line[0]);
    for (String name : one ? List.of(line[0]) : NAMES) {
      root.addSubcommand(type(name));
    }
    return root;
  }

  private static Class<?> type(String name) {
    return switch (name) {
      case "inspect" -> InspectCommand.class;
      case "fold" -> FoldCommand.class;
      case "expand" -> ExpandCommand.class;
      case "convert" -> ConvertCommand.class;
      case "extract" -> ExtractCommand.class;
      case "verify" -> VerifyCommand.class;
      case "bench" -> BenchCommand.class;
      case "segment" -> SegmentCommand.class;
      case "doctor" -> DoctorCommand.class;
      case "compile" -> CompileCommand.class;
      case "train" -> TrainCommand.class;
      case "eval" -> EvalCommand.class;
      case "export" -> ExportCommand.class;
      case "demo" -> DemoCommand.class;
      case "warm-up" -> WarmUpCommand.class;
      case "completion" -> CompletionCommand.class;
      default -> throw new IllegalArgumentException("There is no command " + name);
    };
  }
}
