package io.repfold.graph;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** What someone who mistyped a word may have meant. */
public final class Spelling {
  private Spelling() {}

  /**
   * The word that takes the fewest changes, however many; of equally near ones the first.
   *
   * @param words at least one
   */
  public static String nearest(String word, Collection<String> words) {
    return words.stream()
        .min(Comparator.comparingInt(candidate -> distance(word, candidate)))
        .orElseThrow(() -> new IllegalArgumentException("There is no word near '" + word + "'"));
  }

  /** The nearest of the words, if one is near: at most a third of the letters differ. */
  public static Optional<String> near(String word, Collection<String> words) {
    return words.stream()
        .filter(candidate -> distance(word, candidate) <= allowed(word, candidate))
        .min(Comparator.comparingInt(candidate -> distance(word, candidate)));
  }

  /** {@code ; did you mean 'x'?}, or what there is if nothing is near. */
  public static String hint(String word, Collection<String> words) {
    return near(word, words)
        .map("; did you mean '%s'?"::formatted)
        .orElse("; there is " + String.join(", ", words));
  }

  private static int allowed(String a, String b) {
    return Math.max(1, Math.max(a.length(), b.length()) / 3);
  }

  /** Letters to insert, delete, replace or swap with their neighbor; case does not count. */
  static int distance(String first, String second) {
    String a = first.toLowerCase(Locale.ROOT);
    String b = second.toLowerCase(Locale.ROOT);
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        int replaced = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int best = Math.min(cost[i - 1][j], cost[i][j - 1]) + 1;
        best = Math.min(best, cost[i - 1][j - 1] + replaced);
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        cost[i][j] = swapped ? Math.min(best, cost[i - 2][j - 2] + 1) : best;
      }
    }
    return cost[a.length()][b.length()];
  }
}
