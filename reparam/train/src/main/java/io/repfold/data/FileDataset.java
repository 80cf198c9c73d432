package io.repfold.data;

import io.repfold.images.RgbImage;
import java.util.List;

/** A data set whose examples are files. */
final class FileDataset implements Dataset {
  private final List<Entry> entries;
  private final Labelling labelling;
  private final ExampleCache cache;

  FileDataset(List<Entry> entries, Labelling labelling, long cacheBytes) {
    this.entries = List.copyOf(entries);
    this.labelling = labelling;
    this.cache = new ExampleCache(entries.size(), cacheBytes);
  }

  @Override
  public int size() {
    return entries.size();
  }

  @Override
  public Example load(int index) {
    return cache.get(index, this::read);
  }

  private Example read(int index) {
    Entry entry = entries.get(index);
    RgbImage image = ImageFiles.readRgb(entry.image());
    LabelMap labels = labelling.apply(stored(entry));
    if (entry.target() instanceof Entry.PixelLabels pixels && !labels.size().equals(image.size())) {
      var mismatch = new SizeMismatch(entry.image(), pixels.file(), labels.size());
      throw new DataException("%s", mismatch.text(ImageFiles.header(entry.image())));
    }
    var stray = labelling.firstStray(labels);
    if (stray.isPresent()) {
      throw DataCheck.stray(entry, stray.getAsInt(), labelling);
    }
    return new Example(entry.id(), image, labels);
  }

  static LabelMap stored(Entry entry) {
    if (entry.target() instanceof Entry.PixelLabels pixels) {
      return ImageFiles.readLabels(pixels.file());
    }
    return LabelMap.ofImage(((Entry.ImageLabel) entry.target()).label());
  }

  List<Entry> entries() {
    return entries;
  }

  Labelling labelling() {
    return labelling;
  }

  @Override
  public String id(int index) {
    return entries.get(index).id();
  }

  @Override
  public int classes() {
    return labelling.classNames().size();
  }

  @Override
  public List<String> classNames() {
    return labelling.classNames();
  }

  @Override
  public int ignoreIndex() {
    return labelling.ignoreIndex();
  }
}
