package io.repfold.fold;

import java.util.List;

/** The output channels of several ungrouped weights, one after the other: DBB transform IV. */
final class StackedWeights extends Weights {
  private final List<Weights> parts;

  StackedWeights(List<Weights> parts) {
    super(
        parts.get(0).in(),
        parts.stream().mapToInt(Weights::out).sum(),
        1,
        parts.stream().map(Weights::taps).reduce(Taps::union).orElseThrow(),
        parts.toArray(Weights[]::new));
    this.parts = List.copyOf(parts);
  }

  @Override
  Rows open(MatrixProduct product) {
    List<Rows> sources = parts.stream().map(part -> part.open(product)).toList();
    return new Rows() {
      @Override
      public double[] read(int from, int to) {
        double[] rows = new double[(to - from) * taps().size() * columns()];
        int first = 0;
        for (int i = 0; i < parts.size(); i++) {
          int last = first + parts.get(i).out();
          int begin = Math.max(from, first);
          int end = Math.min(to, last);
          if (begin < end) {
            place(
                parts.get(i),
                sources.get(i).read(begin - first, end - first),
                rows,
                begin - from,
                first,
                end - begin,
                begin);
          }
          first = last;
        }
        return rows;
      }

      @Override
      public void close() {
        sources.forEach(Rows::close);
      }
    };
  }

  private void place(
      Weights part,
      double[] source,
      double[] rows,
      int targetRow,
      int firstOfPart,
      int count,
      int begin) {
    for (int row = 0; row < count; row++) {
      int shift = part.firstColumn(begin - firstOfPart + row);
      for (int tap = 0; tap < part.taps().size(); tap++) {
        int index = taps().indexOf(part.taps().offsets().get(tap));
        System.arraycopy(
            source,
            (row * part.taps().size() + tap) * part.columns(),
            rows,
            ((targetRow + row) * taps().size() + index) * columns() + shift,
            part.columns());
      }
    }
  }

  @Override
  double[] respondTo(double[] value) {
    double[] response = new double[out()];
    int first = 0;
    for (Weights part : parts) {
      System.arraycopy(part.respondTo(value), 0, response, first, part.out());
      first += part.out();
    }
    return response;
  }
}
