package io.repfold.pipeline;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Numbers and counts in words, the same in every locale. */
public final class Phrases {
  private static final String[] PREFIXES = {"", " k", " M", " G", " T", " P"};

  private Phrases() {}

  /** Three digits and a decimal prefix, such as {@code 1.82 G}. */
  public static String amount(double value) {
    if (!Double.isFinite(value)) {
      return Double.isNaN(value) ? "-" : Double.toString(value);
    }
    double scaled = value;
    int prefix = 0;
    while (Math.abs(scaled) >= 999.5 && prefix < PREFIXES.length - 1) {
      scaled /= 1000;
      prefix++;
    }
    boolean whole = scaled == Math.rint(scaled) && prefix == 0;
    int decimals = whole ? 0 : Math.abs(scaled) >= 99.95 ? 0 : Math.abs(scaled) >= 9.995 ? 1 : 2;
    return String.format(Locale.ROOT, "%." + decimals + "f%s", scaled, PREFIXES[prefix]);
  }

  /** Three significant digits, such as {@code 1.23e-06}. */
  public static String small(double value) {
    if (value == 0) {
      return "0";
    }
    if (!Double.isFinite(value)) {
      return Double.isNaN(value) ? "-" : "infinite";
    }
    return String.format(Locale.ROOT, Math.abs(value) < 1e-3 ? "%.2e" : "%.3g", value);
  }

  /** So many decimals. */
  public static String fixed(double value, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  /** With commas, such as {@code 12,345}. */
  public static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** {@code 1 region}, {@code 2 regions}. */
  public static String plural(long count, String noun) {
    return count(count) + " " + noun + (count == 1 ? "" : "s");
  }

  /** Keeps {@code most} characters, with an ellipsis in place of the rest. */
  public static String shortened(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most - 3) + "...";
  }

  /** The first few, and how many more there are. */
  public static String few(List<String> items, int most) {
    String shown = items.stream().limit(most).collect(Collectors.joining(", "));
    return items.size() <= most
        ? shown
        : shown + " and %s more".formatted(count(items.size() - (long) most));
  }

  /** Sizes as people write them: {@code 1x3x224x224}. */
  public static String shape(long... sizes) {
    return sizes.length == 0
        ? "scalar"
        : LongStream.of(sizes).mapToObj(Long::toString).collect(Collectors.joining("x"));
  }
}
