package io.repfold.fold;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Lets branches meet that read one image with different borders of the same kind: an image is the
 * inside of its reflected or repeated border, so a map that stays within the image is a map of the
 * bordered one.
 *
 * <pre>
 *   Given:   %1 = Pad[reflect](%0); %2 = Conv3x3(%1); %3 = Conv1x1(%0); %4 = Add(%2, %3)
 *   Result:  %1 = Pad[reflect](%0); %4 = Conv3x3'(%1)
 * </pre>
 */
final class PaddedSources {
  private final Facts facts;
  private final Graph graph;

  PaddedSources(Facts facts) {
    this.facts = facts;
    this.graph = facts.graph();
  }

  List<Term> rebased(List<Term> terms) {
    if (terms.size() < 2) {
      return terms;
    }
    List<Term> result = new ArrayList<>(terms);
    for (Term wide : terms) {
      Optional<Border> border = border(wide.source());
      if (border.isEmpty()) {
        continue;
      }
      for (int i = 0; i < result.size(); i++) {
        Term term = result.get(i);
        Optional<Affine> crop = cropOf(border.get(), term.source());
        if (crop.isPresent() && crop.get().obstacleTo(term.map()).isEmpty()) {
          result.set(
              i,
              new Term(wide.source(), crop.get().then(term.map()), term.origin(), term.carrier()));
        }
      }
    }
    return result;
  }

  /**
   * How {@code source} is cut out of a bordered image, if it is the image or has a narrower border
   * of the same kind.
   */
  private Optional<Affine> cropOf(Border border, String source) {
    Optional<Border> other = border(source);
    int[] none = new int[border.begin.length];
    int[] begin = source.equals(border.image) ? none : null;
    int[] end = begin;
    if (begin == null
        && other.isPresent()
        && other.get().image.equals(border.image)
        && other.get().mode == border.mode) {
      begin = other.get().begin;
      end = other.get().end;
    }
    if (begin == null || end == null || !isNarrower(begin, end, border)) {
      return Optional.empty();
    }
    OptionalInt channels = facts.channels(border.image, ChannelAxis.SECOND);
    if (channels.isEmpty()) {
      return Optional.empty();
    }
    int[] cutBegin = new int[none.length];
    int[] cutEnd = new int[none.length];
    for (int axis = 0; axis < none.length; axis++) {
      cutBegin[axis] = begin[axis] - border.begin[axis];
      cutEnd[axis] = end[axis] - border.end[axis];
    }
    return Optional.of(
        Affine.identity(channels.getAsInt(), none.length).extended(cutBegin, cutEnd));
  }

  private static boolean isNarrower(int[] begin, int[] end, Border border) {
    boolean narrower = false;
    for (int axis = 0; axis < begin.length; axis++) {
      if (begin[axis] > border.begin[axis] || end[axis] > border.end[axis]) {
        return false;
      }
      narrower |= begin[axis] < border.begin[axis] || end[axis] < border.end[axis];
    }
    return narrower;
  }

  private record Border(String image, Op.Pad.Mode mode, int[] begin, int[] end) {}

  private Optional<Border> border(String value) {
    Optional<Node> node = graph.producer(value);
    if (node.isEmpty()
        || !(node.get().op() instanceof Op.Pad pad)
        || pad.mode() != Op.Pad.Mode.REFLECT && pad.mode() != Op.Pad.Mode.EDGE
        || !node.get().input(3).isEmpty()) {
      return Optional.empty();
    }
    Optional<long[]> pads =
        pad.pads()
            .map(p -> p.stream().mapToLong(Long::longValue).toArray())
            .or(() -> graph.constant(node.get().input(1)).map(Tensor::toLongs));
    if (pads.isEmpty() || Arrays.stream(pads.get()).anyMatch(p -> p < 0)) {
      return Optional.empty();
    }
    long[] p = pads.get();
    int rank = p.length / 2;
    if (rank < 3 || p[0] != 0 || p[1] != 0 || p[rank] != 0 || p[rank + 1] != 0) {
      return Optional.empty();
    }
    int[] begin = Arrays.stream(p, 2, rank).mapToInt(Math::toIntExact).toArray();
    int[] end = Arrays.stream(p, rank + 2, 2 * rank).mapToInt(Math::toIntExact).toArray();
    return Optional.of(new Border(node.get().input(0), pad.mode(), begin, end));
  }
}
