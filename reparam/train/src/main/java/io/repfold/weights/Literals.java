package io.repfold.weights;

import java.math.BigInteger;
import java.util.Optional;

/** Opcodes that are values by themselves: numbers, texts and bytes. */
final class Literals {
  private static final int MOST_DIGITS = 1000;

  private Literals() {}

  /** The value, or empty if the opcode is another. */
  static Optional<Object> read(int opcode, PickleInput in) {
    return Optional.ofNullable(
        switch (opcode) {
          case 'N' -> None.NONE;
          case 0x88 -> true;
          case 0x89 -> false;
          case 'I' -> integerOrFlag(in.line());
          case 'L' -> decimal(withoutSuffix(in.line()));
          case 'J' -> (long) in.signedInt();
          case 'K' -> (long) in.unsignedByte();
          case 'M' -> (long) in.unsignedShort();
          case 0x8a -> integer(in, in.unsignedByte());
          case 0x8b -> integer(in, in.unsignedInt());
          case 'F' -> real(in.line());
          case 'G' -> in.bigEndianDouble();
          case 'S' -> Quoted.text(in.line());
          case 'T' -> in.bytesOrText(in.unsignedInt());
          case 'U' -> in.bytesOrText(in.unsignedByte());
          case 'B' -> Bytes.of(in.take(in.unsignedInt()));
          case 'C' -> Bytes.of(in.take(in.unsignedByte()));
          case 0x8e, 0x96 -> Bytes.of(in.take(in.signedLong()));
          case 'V' -> Quoted.unescaped(in.latin1Line());
          case 'X' -> in.text(in.unsignedInt());
          case 0x8c -> in.text(in.unsignedByte());
          case 0x8d -> in.text(in.signedLong());
          default -> null;
        });
  }

  private static Object integerOrFlag(String text) {
    return switch (text) {
      case "00" -> false;
      case "01" -> true;
      default -> decimal(text);
    };
  }

  private static String withoutSuffix(String text) {
    return text.endsWith("L") ? text.substring(0, text.length() - 1) : text;
  }

  private static Object decimal(String text) {
    try {
      Check.that(text.length() <= MOST_DIGITS, "holds a number of %d digits", text.length());
      return narrowed(new BigInteger(text));
    } catch (NumberFormatException e) {
      throw new WeightsException("holds '%s' where a number is expected".formatted(text), e);
    }
  }

  private static Object integer(PickleInput in, long length) {
    Check.that(length <= MOST_DIGITS, "holds a number of %d bytes", length);
    byte[] bytes = new byte[(int) length + 1];
    in.take(length).get(bytes, 1, (int) length);
    for (int i = 1, j = bytes.length - 1; i < j; i++, j--) {
      byte swapped = bytes[i];
      bytes[i] = bytes[j];
      bytes[j] = swapped;
    }
    bytes[0] = length > 0 && bytes[1] < 0 ? (byte) -1 : 0;
    return narrowed(new BigInteger(bytes));
  }

  private static Object narrowed(BigInteger value) {
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }

  private static Object real(String text) {
    try {
      return switch (text) {
        case "inf" -> Double.POSITIVE_INFINITY;
        case "-inf" -> Double.NEGATIVE_INFINITY;
        case "nan" -> Double.NaN;
        default -> Double.parseDouble(text);
      };
    } catch (NumberFormatException e) {
      throw new WeightsException("holds '%s' where a number is expected".formatted(text), e);
    }
  }
}
