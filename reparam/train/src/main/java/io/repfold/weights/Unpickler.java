package io.repfold.weights;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Reads pickles of protocols 0 to 5 and executes nothing: {@link Calls} is the list of all that a
 * pickle may ask for. Objects of other classes become {@link Inert}, any other call is refused.
 *
 * <p>Sources: PEP 307 (protocol 2), PEP 3154 (4), PEP 574 (5), and the comments of Python's {@code
 * pickletools}. Nothing here is recursive, and each opcode takes at least a byte of the file, so
 * that a pickle needs time and memory in proportion to its length.
 */
final class Unpickler {
  private static final int MOST_OPCODES = 2_000_000;
  private static final int NEWEST_PROTOCOL = 5;

  private final PickleInput in;
  private final UnaryOperator<Object> persistent;
  private final PickleStack stack = new PickleStack();

  /**
   * @param persistent gives what a pickle names as lying outside of it
   */
  Unpickler(PickleInput in, UnaryOperator<Object> persistent) {
    this.in = in;
    this.persistent = persistent;
  }

  /** The next value of a file that names nothing outside of it. */
  static Object plain(PickleInput in) {
    return new Unpickler(
            in,
            id -> {
              throw new WeightsException(
                  "its pickle names data outside of it, which only files of PyTorch do; it is"
                      + " damaged");
            })
        .read();
  }

  /** The value up to the next STOP. */
  Object read() {
    for (int count = 0; count < MOST_OPCODES; count++) {
      int opcode = in.unsignedByte();
      if (opcode == '.') {
        return stack.pop();
      }
      Optional<Object> literal = Literals.read(opcode, in);
      if (literal.isPresent()) {
        stack.push(literal.get());
      } else if (!moves(opcode) && !gathers(opcode)) {
        builds(opcode);
      }
    }
    throw new WeightsException(
        "its pickle has more than %d steps; a file of weights has some thousands. Save the weights alone"
            .formatted(MOST_OPCODES));
  }

  /** Opcodes that only move values. */
  private boolean moves(int opcode) {
    switch (opcode) {
      case 0x80 -> {
        int protocol = in.unsignedByte();
        Check.that(
            protocol <= NEWEST_PROTOCOL,
            "its pickle has protocol %d; 0 to %d are known. Save it with a lower pickle_protocol",
            protocol,
            NEWEST_PROTOCOL);
      }
      case 0x95 -> in.signedLong();
      case '(' -> stack.mark();
      case '0' -> stack.drop();
      case '1' -> stack.popToMark();
      case '2' -> stack.push(stack.top());
      case 'p' -> stack.memoize(index(in.line()));
      case 'q' -> stack.memoize(in.unsignedByte());
      case 'r' -> stack.memoize(in.unsignedInt());
      case 0x94 -> stack.memoizeNext();
      case 'g' -> stack.recall(index(in.line()));
      case 'h' -> stack.recall(in.unsignedByte());
      case 'j' -> stack.recall(in.unsignedInt());
      default -> {
        return false;
      }
    }
    return true;
  }

  private static long index(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new WeightsException("holds '%s' where a number is expected".formatted(text), e);
    }
  }

  /** Opcodes that make and fill lists, tuples, sets and dicts. */
  private boolean gathers(int opcode) {
    switch (opcode) {
      case ')', ']', 0x8f -> stack.push(new Sequence(List.of()));
      case 0x85 -> stack.push(new Sequence(stack.pop(1)));
      case 0x86 -> stack.push(new Sequence(stack.pop(2)));
      case 0x87 -> stack.push(new Sequence(stack.pop(3)));
      case 't', 'l', 0x91 -> stack.push(new Sequence(stack.popToMark()));
      case '}' -> stack.push(new Dict());
      case 'd' -> {
        Dict dict = new Dict();
        Filling.put(dict, stack.popToMark());
        stack.push(dict);
      }
      case 'a' -> {
        List<Object> item = stack.pop(1);
        Filling.append(stack.top(), item);
      }
      case 'e', 0x90 -> {
        List<Object> items = stack.popToMark();
        Filling.append(stack.top(), items);
      }
      case 's' -> {
        List<Object> entry = stack.pop(2);
        Filling.put(stack.top(), entry);
      }
      case 'u' -> {
        List<Object> entries = stack.popToMark();
        Filling.put(stack.top(), entries);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Opcodes that name classes and make objects. */
  private void builds(int opcode) {
    switch (opcode) {
      case 'c' -> stack.push(new Global(in.line(), in.line()));
      case 0x93 -> {
        List<Object> names = stack.pop(2);
        Check.that(
            names.get(0) instanceof String && names.get(1) instanceof String,
            "its pickle names a class by %s; it is damaged",
            Kinds.of(names.get(0)));
        stack.push(new Global((String) names.get(0), (String) names.get(1)));
      }
      case 'R' -> {
        List<Object> call = stack.pop(2);
        stack.push(Calls.call(call.get(0), Sequence.of(call.get(1), "Arguments").items()));
      }
      case 'i' -> {
        Global type = new Global(in.line(), in.line());
        stack.push(Calls.call(type, stack.popToMark()));
      }
      case 'o' -> {
        List<Object> call = stack.popToMark();
        Check.that(!call.isEmpty(), "its pickle makes an object of no class; it is damaged");
        stack.push(Calls.call(call.get(0), call.subList(1, call.size())));
      }
      case 0x81 -> stack.push(Calls.object(stack.pop(2).get(0)));
      case 0x92 -> stack.push(Calls.object(stack.pop(3).get(0)));
      case 'b' -> {
        Object state = stack.pop();
        Filling.setState(stack.top(), state);
      }
      case 'P' -> stack.push(persistent.apply(in.line()));
      case 'Q' -> stack.push(persistent.apply(stack.pop()));
      default ->
          throw new WeightsException(
              "its pickle has opcode 0x%02x at byte %d, which writers of weights do not use; it is damaged, or no file of weights"
                  .formatted(opcode, in.position() - 1));
    }
  }
}
