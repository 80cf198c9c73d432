package io.repfold.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/** The commands of {@link RepfoldCommand}. Describing one takes time, so a run loads its own. */
final class Commands {
  /** In the order of the help. */
  private static final List<String> NAMES =
      List.of(
          "inspect",
          "view",
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
          "import",
          "networks",
          "demo",
          "warm-up",
          "completion");

  /** These need all: the one lists their options, the other tells the launcher their classes. */
  private static final List<String> OF_ALL = List.of("completion", "warm-up");

  private Commands() {}

  /** Adds the command that a line begins with; all if it begins with none. */
  static CommandLine addTo(CommandLine root, String... line) {
    boolean named = line.length > 0 && NAMES.contains(line[0]);
    if (named && !OF_ALL.contains(line[0])) {
      return root.addSubcommand(type(line[0]));
    }
    for (String name : NAMES) {
      if (named || line.length > 1) {
        root.addSubcommand(type(name));
      } else {
        root.addSubcommand(name, new CommandLine(inHelp(type(name))));
      }
    }
    return root;
  }

  /** The line that asks for help as this one does: alone, or with {@code help} before a command. */
  static String[] asked(String... line) {
    if (line.length == 0) {
      return new String[] {"--help"};
    }
    if (!line[0].equals("help")) {
      return line;
    }
    return line.length == 1 ? new String[] {"--help"} : new String[] {line[1], "--help"};
  }

  /** The names of all but those that users do not call. */
  static List<String> names() {
    return NAMES.stream()
        .filter(name -> !type(name).getAnnotation(Command.class).hidden())
        .toList();
  }

  /** What a list of commands says of one: a line of one word, such as --help, runs none. */
  private static CommandSpec inHelp(Class<?> type) {
    Command command = type.getAnnotation(Command.class);
    CommandSpec spec = CommandSpec.create();
    spec.usageMessage().description(command.description()).hidden(command.hidden());
    return spec;
  }

  private static Class<?> type(String name) {
    return switch (name) {
      case "inspect" -> InspectCommand.class;
      case "view" -> ViewCommand.class;
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
      case "import" -> ImportCommand.class;
      case "networks" -> NetworksCommand.class;
      case "demo" -> DemoCommand.class;
      case "warm-up" -> WarmUpCommand.class;
      case "completion" -> CompletionCommand.class;
      default -> throw new IllegalArgumentException("There is no command " + name);
    };
  }
}
