package io.repfold.check;

/** The pieces of images whose class changed; their pixels touch at sides or corners. */
final class ChangedPieces {
  private final SegmentationMaps maps;
  private final boolean[] seen;
  private final int[] waiting;

  private ChangedPieces(SegmentationMaps maps) {
    this.maps = maps;
    this.seen = new boolean[maps.pixels()];
    this.waiting = new int[maps.pixels()];
  }

  /** The pixels of the largest one of all images; 0 if nothing changed. */
  static int largest(SegmentationMaps maps) {
    ChangedPieces pieces = new ChangedPieces(maps);
    int largest = 0;
    for (int pixel = 0; pixel < maps.pixels(); pixel++) {
      if (pieces.isNew(pixel)) {
        largest = Math.max(largest, pieces.piece(pixel));
      }
    }
    return largest;
  }

  private boolean isNew(int pixel) {
    return !seen[pixel] && maps.isChanged(pixel);
  }

  private int piece(int first) {
    int count = 0;
    int end = 0;
    waiting[end++] = first;
    seen[first] = true;
    while (count < end) {
      int pixel = waiting[count++];
      int x = pixel % maps.width();
      int y = pixel / maps.width() % maps.height();
      for (int dy = y == 0 ? 0 : -1; dy <= (y == maps.height() - 1 ? 0 : 1); dy++) {
        for (int dx = x == 0 ? 0 : -1; dx <= (x == maps.width() - 1 ? 0 : 1); dx++) {
          int next = pixel + dy * maps.width() + dx;
          if (isNew(next)) {
            seen[next] = true;
            waiting[end++] = next;
          }
        }
      }
    }
    return count;
  }
}
