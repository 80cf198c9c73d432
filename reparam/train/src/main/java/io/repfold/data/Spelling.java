package io.repfold.data;

import java.util.Collection;
import java.util.Comparator;

/** Finds the word that was meant. */
final class Spelling {
  private Spelling() {}

  /**
   * The word with the fewest letters inserted, removed or replaced; of several the first by name.
   */
  static String nearest(String word, Collection<String> known) {
    return known.stream()
        .min(Comparator.<String>comparingInt(k -> distance(word, k)).thenComparing(k -> k))
        .orElse("");
  }

  private static int distance(String a, String b) {
    int[] above = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
      }
      above = row;
    }
    return above[b.length()];
  }
}
