package io.repfold.image;

import io.repfold.image.Network.Job;
import io.repfold.images.ImageSize;
import io.repfold.images.RgbImage;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Slides a window over images of any size. */
final class SlidingTiles implements ImagePass {
  private final Network network;
  private final Tiling tiling;
  private final OptionalInt multiple;
  private final boolean takesAnySize;
  private final boolean classes;
  private final boolean probabilities;

  /**
   * @param tiling classes have no mean, so those of an output without scores are cut at the middle
   *     of what windows share, whatever the blend
   * @throws IllegalArgumentException if windows cannot begin and end at the stated multiples
   */
  SlidingTiles(
      String model, Network network, Tiling tiling, SegmentOptions options, boolean takesAnySize) {
    this.multiple = options.multiple();
    this.takesAnySize = takesAnySize;
    multiple.ifPresent(m -> requireMultiple(tiling, m));
    this.network = network;
    this.classes = network.output().meaning() == OutputPort.Meaning.CLASSES;
    this.tiling =
        classes ? new Tiling(tiling.tile(), tiling.overlap(), Tiling.Blend.CENTER) : tiling;
    this.probabilities = options.probabilities();
    network.input().requireFit(model, tiling.tile(), "windows");
  }

  private static void requireMultiple(Tiling tiling, int multiple) {
    int height = tiling.tile().height();
    int width = tiling.tile().width();
    if (height % multiple != 0
        || width % multiple != 0
        || Math.min(height, width) - tiling.overlap() < multiple) {
      throw new IllegalArgumentException(
          "Windows of %s that share %d pixels cannot begin and end at multiples of %d; take larger windows, whose sizes are multiples of it"
              .formatted(tiling.tile(), tiling.overlap(), multiple));
    }
  }

  private TileAxis axis(int image, int tile) {
    int overlap = tiling.overlap();
    int unit =
        multiple.orElseGet(() -> TileAxis.usualMultiple(image, tile, overlap, !takesAnySize));
    return new TileAxis(image, tile, overlap, unit, tiling.blend());
  }

  /** A network of open size is given no more of a small image than its padding. */
  private ImageSize window(TileAxis rows, TileAxis columns) {
    InputPort input = network.input();
    return new ImageSize(
        input.height() > 0 ? tiling.tile().height() : rows.extent(),
        input.width() > 0 ? tiling.tile().width() : columns.extent());
  }

  @Override
  public int together() {
    return 1;
  }

  @Override
  public ImageSize inputSize(String name, ImageSize image) {
    return window(
        axis(image.height(), tiling.tile().height()), axis(image.width(), tiling.tile().width()));
  }

  @Override
  public void segment(List<Decoded> images, Job job, Results results) {
    for (Decoded image : images) {
      Segmentation result;
      try {
        result = segment(image, job);
      } catch (RuntimeException | OutOfMemoryError e) {
        results.failed(image, e);
        continue;
      }
      results.done(image, result);
    }
  }

  /** Where a window lies. */
  private record Place(int row, int column) {}

  private Segmentation segment(Decoded image, Job job) {
    ImageSize size = image.pixels().size();
    ImageSize tile = tiling.tile();
    Canvas canvas =
        new Canvas(image, axis(size.height(), tile.height()), axis(size.width(), tile.width()));
    List<Place> places = new ArrayList<>();
    for (int row = 0; row < canvas.rows.count(); row++) {
      for (int column = 0; column < canvas.columns.count(); column++) {
        places.add(new Place(row, column));
        if (places.size() == network.batch()) {
          canvas.add(places, job);
          places.clear();
        }
      }
    }
    if (!places.isEmpty()) {
      canvas.add(places, job);
    }
    return canvas.finish();
  }

  /** What is known of an image so far. */
  private final class Canvas {
    private final Decoded image;
    private final TileAxis rows;
    private final TileAxis columns;
    private @Nullable TileBlend blend;
    private @Nullable MaskBuilder mask;

    Canvas(Decoded image, TileAxis rows, TileAxis columns) {
      this.image = image;
      this.rows = rows;
      this.columns = columns;
    }

    void add(List<Place> places, Job job) {
      List<InputWriter.Rows> windows = new ArrayList<>();
      for (Place place : places) {
        windows.add(
            new Window(
                image.pixels(),
                rows.start(place.row()),
                columns.start(place.column()),
                Math.min(rows.extent(), rows.image() - rows.start(place.row())),
                Math.min(columns.extent(), columns.image() - columns.start(place.column()))));
      }
      network.run(windows, window(rows, columns), job, scores -> blend(places, scores));
    }

    private void blend(List<Place> places, Scores scores) {
      if (blend == null) {
        mask =
            new MaskBuilder(
                image.name(),
                network.output(),
                image.pixels().size(),
                scores.channels(),
                probabilities);
        blend = new TileBlend(image.name(), rows, columns, scores.channels(), mask);
      }
      Frame frame =
          Frame.within(new ImageSize(rows.extent(), columns.extent()), window(rows, columns));
      for (int i = 0; i < places.size(); i++) {
        Place place = places.get(i);
        blend.add(place.row(), place.column(), new ScoreRows(scores, i, frame, classes));
      }
    }

    Segmentation finish() {
      if (mask == null) {
        throw new IllegalStateException("An image has at least one window");
      }
      return new Segmentation(image.name(), image.pixels(), mask);
    }
  }

  /** A part of an image; beyond it, a window is padded. */
  private record Window(RgbImage pixels, int top, int left, int height, int width)
      implements InputWriter.Rows {
    @Override
    public void read(int y, float[] into) {
      pixels.row(top + y, left, width, into);
    }
  }
}
