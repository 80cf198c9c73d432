package io.repfold.data;

import io.repfold.images.RgbImage;
import java.util.List;

/** A data set whose examples are files. */
final class FileDataset implements Dataset {
  private final List<Entry> entries;
  private final Labeling labeling;
  private final ExampleCache cache;

  FileDataset(List<Entry> entries, Labeling labeling, long cacheBytes) {
    this.entries = List.copyOf(entries);
    this.labeling = labeling;
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
    LabelMap labels = labeling.apply(stored(entry));
    if (entry.target() instanceof Entry.PixelLabels pixels && !labels.size().equals(image.size())) {
      var mismatch = new SizeMismatch(entry.image(), pixels.file(), labels.size());
      throw new DataException("%s", mismatch.text(ImageFiles.header(entry.image())));
    }
    var stray = labeling.firstStray(labels);
    if (stray.isPresent()) {
      throw DataCheck.stray(entry, stray.getAsInt(), labeling);
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

  Labeling labeling() {
    return labeling;
  }

  @Override
  public String id(int index) {
    return entries.get(index).id();
  }

  @Override
  public int classes() {
    return labeling.classNames().size();
  }

  @Override
  public List<String> classNames() {
    return labeling.classNames();
  }

  @Override
  public int ignoreIndex() {
    return labeling.ignoreIndex();
  }
}
