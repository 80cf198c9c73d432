package io.repfold.fold;

import io.repfold.graph.Node;
import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Nodes of a graph: one bit a node between the first and the last of them, so that a region of
 * thousands of nodes can grow by one without being copied element by element.
 */
final class NodeSet {
  private final Facts facts;
  private final int firstWord;
  private final long[] words;

  private NodeSet(Facts facts, int firstWord, long... words) {
    this.facts = facts;
    this.firstWord = firstWord;
    this.words = words;
  }

  static NodeSet of(Facts facts, Node node) {
    int place = facts.place(node);
    return new NodeSet(facts, place / 64, 1L << (place % 64));
  }

  /** The nodes that make these values. */
  static NodeSet ofProducers(Facts facts, Iterable<String> values) {
    BitSet places = new BitSet();
    for (String value : values) {
      places.set(facts.place(facts.graph().producer(value).orElseThrow()));
    }
    return new NodeSet(facts, 0, places.toLongArray());
  }

  NodeSet with(NodeSet other) {
    if (words.length == 0 || other.words.length == 0) {
      return words.length == 0 ? other : this;
    }
    int from = Math.min(firstWord, other.firstWord);
    int to = Math.max(firstWord + words.length, other.firstWord + other.words.length);
    long[] both = new long[to - from];
    System.arraycopy(words, 0, both, firstWord - from, words.length);
    for (int i = 0; i < other.words.length; i++) {
      both[other.firstWord - from + i] |= other.words[i];
    }
    return new NodeSet(facts, from, both);
  }

  boolean contains(Node node) {
    int place = facts.place(node);
    int word = place / 64 - firstWord;
    return 0 <= word && word < words.length && (words[word] & 1L << (place % 64)) != 0;
  }

  int size() {
    return Arrays.stream(words).mapToInt(Long::bitCount).sum();
  }

  /** In the graph's order. */
  Stream<Node> nodes() {
    return nodes(words);
  }

  /** Those that are in the other set too, in the graph's order. */
  Stream<Node> nodesIn(NodeSet other) {
    long[] common = words.clone();
    for (int i = 0; i < common.length; i++) {
      int word = firstWord + i - other.firstWord;
      common[i] &= 0 <= word && word < other.words.length ? other.words[word] : 0;
    }
    return nodes(common);
  }

  private Stream<Node> nodes(long... bits) {
    return IntStream.range(0, bits.length)
        .filter(i -> bits[i] != 0)
        .boxed()
        .flatMap(
            i ->
                IntStream.range(0, 64)
                    .filter(bit -> (bits[i] & 1L << bit) != 0)
                    .mapToObj(bit -> facts.graph().nodes().get(64 * (firstWord + i) + bit)));
  }
}
