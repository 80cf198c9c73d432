package io.repfold.cli;

import io.repfold.data.DataException;
import io.repfold.graph.InvalidGraphException;
import io.repfold.onnx.OnnxFormatException;
import io.repfold.pipeline.PipelineException;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.Notices;
import io.repfold.train.ConfigException;
import io.repfold.train.RunException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The {@code repfold} command. */
public final class Main {
  private static final int ENDED_BY_KILL = 137;

  private Main() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    ParentWatch.start(() -> Runtime.getRuntime().halt(ENDED_BY_KILL));
    Charset charset = Charset.defaultCharset();
    PrintWriter out = new PrintWriter(System.out, true, charset);
    PrintWriter err = new PrintWriter(System.err, true, charset);
    int code = run(out, err, arguments);
    out.flush();
    err.flush();
    System.exit(code);
  }

  /**
   * Runs a command in this process.
   *
   * @return the exit code: 0 done, 1 the work failed, 2 bad usage, 3 a verification that ran and
   *     did not hold
   */
  public static int run(PrintWriter out, PrintWriter err, String... given) {
    String[] arguments = Commands.asked(given);
    PrintWriter visible = VisibleWriter.to(err);
    Notices.sendTo(
        line -> {
          visible.println("repfold: " + line);
          visible.flush();
        });
    CommandLine commands =
        Commands.addTo(new CommandLine(new RepfoldCommand()), arguments)
            .setOut(out)
            .setErr(visible)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setUsageHelpAutoWidth(true)
            .setExecutionStrategy(parsed -> execute(parsed, out))
            .setParameterExceptionHandler((e, words) -> badUsage(e))
            .setExecutionExceptionHandler((e, command, parsed) -> failed(e, command));
    WordConverters.addTo(commands);
    try {
      return commands.execute(arguments);
    } catch (OutOfMemoryError e) {
      return report(
          err,
          "this takes more memory than Java was given; give ./repfold more with JAVA_OPTS=-Xmx8g, or java with -Xmx8g",
          ExitCodes.FAILED);
    }
  }

  /** Help is printed as it is, for its colors; what commands print may hold names from models. */
  private static int execute(ParseResult parsed, PrintWriter out) {
    Integer help = CommandLine.executeHelpRequest(parsed);
    if (help != null) {
      return help;
    }
    parsed.commandSpec().commandLine().setOut(VisibleWriter.to(out));
    return new CommandLine.RunLast().execute(parsed);
  }

  private static int badUsage(ParameterException e) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    report(err, oneLine(String.valueOf(e.getMessage())), ExitCodes.BAD_USAGE);
    Suggestions.of(e).ifPresent(err::println);
    err.println("See '%s --help'.".formatted(command.getCommandSpec().qualifiedName()));
    if (RepfoldCommand.debugs(command)) {
      e.printStackTrace(err);
    }
    return ExitCodes.BAD_USAGE;
  }

  private static int failed(Exception e, CommandLine command) {
    if (e instanceof ConfigException config) {
      return badConfig(config, command);
    }
    if (e instanceof UsageException
        || (e instanceof PipelineException asked
            && asked.kind() == PipelineException.Kind.REQUEST)) {
      return badUsage(new ParameterException(command, message(e), e));
    }
    if (e instanceof WrittenModelCheck.DifferenceException) {
      return report(
          command.getErr(), oneLine(String.valueOf(e.getMessage())), ExitCodes.DOES_NOT_HOLD);
    }
    report(command.getErr(), oneLine(message(e)), ExitCodes.FAILED);
    if (RepfoldCommand.debugs(command)) {
      e.printStackTrace(command.getErr());
    } else if (!isExpected(e)) {
      command.getErr().println("This is a defect in repfold; --debug shows where.");
    }
    return ExitCodes.FAILED;
  }

  /** One line or more a mistake, so that all can be mended at once. */
  private static int badConfig(ConfigException e, CommandLine command) {
    PrintWriter err = command.getErr();
    e.problems().forEach(p -> report(err, e.source() + ": " + p.strip(), ExitCodes.BAD_USAGE));
    if (RepfoldCommand.debugs(command)) {
      e.printStackTrace(err);
    }
    return ExitCodes.BAD_USAGE;
  }

  private static int report(PrintWriter err, String message, int code) {
    err.println("repfold: error: " + message);
    return code;
  }

  private static boolean isExpected(Exception e) {
    return e instanceof IOException
        || e instanceof UncheckedIOException
        || e instanceof OnnxFormatException
        || e instanceof InvalidGraphException
        || e instanceof EngineException
        || e instanceof WorkFailedException
        || e instanceof UsageException
        || e instanceof PipelineException
        || e instanceof RunException
        || e instanceof DataException;
  }

  /** Some exceptions of the file system say nothing but the name of the file. */
  private static String message(Exception e) {
    String message = e.getMessage();
    if (e instanceof NoSuchFileException || e instanceof FileNotFoundException) {
      return message + ": there is no such file";
    }
    if (e instanceof FileSystemException file && file.getReason() == null) {
      return "%s: cannot be read or written (%s)".formatted(message, name(e));
    }
    if (isExpected(e) && message != null) {
      return OptionNames.in(message);
    }
    return message == null ? name(e) : "%s: %s".formatted(name(e), message);
  }

  private static String name(Exception e) {
    return e.getClass().getSimpleName();
  }

  private static String oneLine(@Nullable String message) {
    return String.valueOf(message).strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
