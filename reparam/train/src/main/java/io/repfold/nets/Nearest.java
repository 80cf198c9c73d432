package io.repfold.nets;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/** Finds what somebody meant to write. */
final class Nearest {
  private Nearest() {}

  /**
   * The known word that takes the fewest insertions, deletions and replacements of a character, in
   * upper or lower case; of equally near ones the first.
   *
   * @param known at least one
   */
  static String of(String written, Collection<String> known) {
    String wanted = written.toLowerCase(Locale.ROOT);
    return known.stream()
        .min(Comparator.comparingInt(word -> distance(wanted, word.toLowerCase(Locale.ROOT))))
        .orElseThrow(() -> new IllegalArgumentException("There is no word near '" + written + "'"));
  }

  /** An error that names the nearest known word, and all of them. */
  static IllegalArgumentException unknown(String what, String written, Collection<String> known) {
    return new IllegalArgumentException(
        "%s: there is no '%s'; did you mean '%s'? Known are %s"
            .formatted(what, written, of(written, known), String.join(", ", known)));
  }

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    Arrays.setAll(row, j -> j);
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
