package io.repfold.nets;

import java.util.List;
import java.util.regex.Pattern;

/**
 * How others name the parameters of these networks.
 *
 * @param name for messages
 * @param rules one after another, each where it fits
 */
record KeyLayout(String name, List<Rule> rules) {
  /**
   * One change of a name.
   *
   * @param fits a part of the name
   * @param replacement of that part
   * @param addsIdentity whether the kernel is stored without the identity that it starts as
   */
  record Rule(Pattern fits, String replacement, boolean addsIdentity) {}

  /**
   * A parameter of ours.
   *
   * @param addsIdentity whether the identity is to be added to the stored kernel
   */
  record Translated(String name, boolean addsIdentity) {}

  KeyLayout {
    rules = List.copyOf(rules);
  }

  static Rule rule(String fits, String replacement) {
    return new Rule(Pattern.compile(fits), replacement, false);
  }

  Translated translate(String key) {
    String name = key;
    boolean identity = false;
    for (Rule rule : rules) {
      var matcher = rule.fits().matcher(name);
      if (matcher.find()) {
        name = matcher.replaceFirst(rule.replacement());
        identity |= rule.addsIdentity();
      }
    }
    return new Translated(name, identity);
  }
}
