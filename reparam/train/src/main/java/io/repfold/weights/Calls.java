package io.repfold.weights;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * All calls that a pickle may ask for, each made here and not by Python: containers, tensors of
 * PyTorch and arrays of NumPy. Those of {@link #RECORDS} are only noted.
 */
final class Calls {
  private static final String REMEDY =
      "Nothing was executed: a pickle may name any program to run, so only calls that describe"
          + " tensors are read. If you trust the file, save its weights alone in Python:"
          + " torch.save(model.state_dict(), 'weights.pth'), or safetensors.torch.save_file";

  private static final Map<String, Function<List<Object>, Object>> KNOWN = known();

  /** Harmless things that checkpoints hold beside weights. */
  private static final Set<String> RECORDS =
      Set.of(
          "argparse.Namespace",
          "builtins.complex",
          "builtins.object",
          "builtins.range",
          "builtins.slice",
          "datetime.date",
          "datetime.datetime",
          "datetime.time",
          "datetime.timedelta",
          "datetime.timezone",
          "functools.partial",
          "pathlib.Path",
          "pathlib.PosixPath",
          "pathlib.PurePath",
          "pathlib.PurePosixPath",
          "pathlib.PureWindowsPath",
          "pathlib.WindowsPath",
          "torch.device",
          "torch.serialization._get_layout");

  private Calls() {}

  /** REDUCE. */
  static Object call(Object callee, List<Object> arguments) {
    if (!(callee instanceof Global global)) {
      throw new WeightsException(
          "its pickle calls %s, which is no name of a function. %s"
              .formatted(Kinds.of(callee), REMEDY));
    }
    String name = modern(global);
    if (RECORDS.contains(name)) {
      return new Inert(global);
    }
    Function<List<Object>, Object> known = KNOWN.get(name);
    if (known == null) {
      throw new WeightsException("its pickle calls '%s'. %s".formatted(global, REMEDY));
    }
    return known.apply(arguments);
  }

  /** NEWOBJ: an object whose class is not asked. */
  static Object object(Object type) {
    if (!(type instanceof Global global)) {
      throw new WeightsException("its pickle makes an object of " + Kinds.of(type));
    }
    return new Inert(global);
  }

  private static String modern(Global global) {
    String module =
        switch (global.module()) {
          case "__builtin__" -> "builtins";
          case "copy_reg" -> "copyreg";
          case "numpy._core.multiarray" -> "numpy.core.multiarray";
          case "numpy._core.numeric" -> "numpy.core.numeric";
          case "pathlib._local" -> "pathlib";
          case "torch.tensor" -> "torch._tensor";
          default -> global.module();
        };
    return module + "." + global.name();
  }

  private static Map<String, Function<List<Object>, Object>> known() {
    Map<String, Function<List<Object>, Object>> known = new TreeMap<>();
    for (String type : List.of("set", "frozenset", "list", "tuple")) {
      known.put("builtins." + type, Calls::sequence);
    }
    known.put("collections.deque", Calls::sequence);
    known.put("torch.Size", Calls::sequence);
    known.put("builtins.dict", Calls::dict);
    known.put("collections.OrderedDict", Calls::dict);
    known.put("collections.Counter", Calls::dict);
    known.put("collections.defaultdict", arguments -> new Dict());
    known.put("builtins.bytes", Calls::bytes);
    known.put("builtins.bytearray", Calls::bytes);
    known.put("_codecs.encode", Calls::bytes);
    known.put("copyreg._reconstructor", arguments -> object(first(arguments)));
    known.put("copyreg.__newobj__", arguments -> object(first(arguments)));
    known.putAll(TorchCalls.ALL);
    known.putAll(NumpyCalls.ALL);
    return known;
  }

  private static Object first(List<Object> arguments) {
    Check.that(!arguments.isEmpty(), "its pickle makes an object of no class; it is damaged");
    return arguments.get(0);
  }

  /** Lists are not copied: a pickle that asks for copies of a long one again and again is cheap. */
  private static Object sequence(List<Object> arguments) {
    return arguments.isEmpty() ? new Sequence(List.of()) : Sequence.of(arguments.get(0), "A list");
  }

  /** A dict that is given is not copied, for the same reason; pairs are taken out of their list. */
  private static Object dict(List<Object> arguments) {
    Optional<Object> content = arguments.stream().findFirst();
    if (content.isPresent() && content.get() instanceof Dict other) {
      return other;
    }
    Dict dict = new Dict();
    if (content.isPresent()) {
      List<Object> pairs = Sequence.of(content.get(), "A dict's entries").items();
      for (Object pair : pairs) {
        List<Object> entry = Sequence.of(pair, "A dict's entry").items();
        Check.that(entry.size() == 2, "a dict's entry has %d parts, expected 2", entry.size());
        dict.put(entry.get(0), entry.get(1));
      }
      pairs.clear();
    }
    return dict;
  }

  /** A text and its encoding, or bytes. */
  private static Object bytes(List<Object> arguments) {
    if (arguments.isEmpty()) {
      return Bytes.of(ByteBuffer.allocate(0));
    }
    Check.that(
        arguments.size() == 1 || List.of("latin1", "latin-1").contains(arguments.get(1)),
        "its pickle encodes a text as %s, expected latin1",
        Kinds.of(arguments.get(arguments.size() - 1)));
    return Bytes.of(arguments.get(0));
  }
}
