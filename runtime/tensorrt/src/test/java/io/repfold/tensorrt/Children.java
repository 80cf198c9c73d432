package io.repfold.tensorrt;

import io.repfold.runtime.Dimension;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.TensorInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Processes that do what the one that compiles may do; each has a main method of its own. */
final class Children {
  private Children() {}

  /** What every one of them begins with. */
  static BuildRequest begin(String[] arguments) throws IOException {
    say(new BuildMessage.Step("reading the model"));
    return BuildRequest.parse(Files.readString(Path.of(arguments[0])));
  }

  static void say(BuildMessage message) {
    System.out.println(message.line());
  }

  static BuildMessage.Done write(BuildRequest request, String plan) throws IOException {
    byte[] bytes = plan.getBytes(StandardCharsets.UTF_8);
    Files.write(request.plan(), bytes);
    List<TensorInfo> tensors =
        List.of(new TensorInfo("x", ElementType.FLOAT, List.of(new Dimension(-1, ""))));
    List<PlanLayer> layers = List.of(new PlanLayer("conv", "gemm", "Float 1x3", "t"));
    return new BuildMessage.Done(
        Sha256.of(bytes),
        bytes.length,
        tensors,
        tensors,
        Profile.parse(List.of("x=1:2:3")),
        true,
        layers);
  }

  static final class Succeeds {
    public static void main(String[] arguments) throws IOException {
      BuildRequest request = begin(arguments);
      System.out.println("native chatter");
      say(new BuildMessage.Warning("a subnormal weight"));
      say(write(request, "plan with level " + request.options().optimizationLevel()));
    }
  }

  static final class NamesPlugins {
    public static void main(String[] arguments) throws IOException {
      BuildRequest request = begin(arguments);
      say(new BuildMessage.Warning(request.options().plugins().toString()));
      say(write(request, "a plan"));
    }
  }

  /** Copies a plan, if it is asked for that. */
  static final class Adopts {
    public static void main(String[] arguments) throws IOException {
      BuildRequest request = begin(arguments);
      BuildMessage.Done done = write(request, Files.readString(request.model()));
      say(request.adopt() ? done : new BuildMessage.Failed(List.of("not asked to adopt")));
    }
  }

  /** As if somebody exported the model again meanwhile. */
  static final class ChangesTheModel {
    public static void main(String[] arguments) throws IOException {
      BuildRequest request = begin(arguments);
      Files.write(request.model(), new byte[] {8, 9});
      say(write(request, "the plan of another model"));
    }
  }

  static final class Reports {
    public static void main(String[] arguments) throws IOException {
      begin(arguments);
      say(new BuildMessage.Failed(List.of("node 'a' (Foo): no importer", "node 'b' (Bar): none")));
    }
  }

  /** Dies as a fault of native code makes it die. */
  static final class Crashes {
    public static void main(String[] arguments) throws IOException, InterruptedException {
      Children.write(begin(arguments), "half a plan");
      System.out.println("about to touch memory that is not there");
      kill("-SEGV");
    }
  }

  static final class IsKilled {
    public static void main(String[] arguments) throws IOException, InterruptedException {
      begin(arguments);
      kill("-KILL");
    }
  }

  private static void kill(String signal) throws IOException, InterruptedException {
    String self = Long.toString(ProcessHandle.current().pid());
    new ProcessBuilder("kill", signal, self).start().waitFor();
    Thread.sleep(600_000);
  }

  /** Says what it started, and does not end by itself. */
  static final class Hangs {
    static final String SLEEPER = "trying kernels beside process ";

    public static void main(String[] arguments) throws IOException, InterruptedException {
      begin(arguments);
      // A grandchild must go with it.
      Process sleeper = new ProcessBuilder("sleep", "3000").inheritIO().start();
      say(new BuildMessage.Step(SLEEPER + sleeper.pid()));
      Thread.sleep(3_000_000);
    }
  }

  static final class LosesThePlan {
    public static void main(String[] arguments) throws IOException {
      BuildRequest request = begin(arguments);
      BuildMessage.Done done = write(request, "the plan");
      Files.writeString(request.plan(), "the pla");
      say(done);
    }
  }
}
