package io.repfold.data;

import io.repfold.config.NamedArguments;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Opens data sets by the names that a config uses. */
public final class Datasets {
  private static final Map<String, Function<LoaderArguments, Source>> TYPES =
      Map.of("VOC", VocLayout::read, "ListFile", ListFile::read);

  /** Of the examples that are held out: the same in every run. */
  private static final long HELD_OUT_SEED = 0;

  private Datasets() {}

  /** The names of the kinds of data set. */
  public static List<String> types() {
    return TYPES.keySet().stream().sorted().toList();
  }

  /**
   * A split of a data set, without what {@code val_split} holds out. Only lists are read.
   *
   * @param type VOC or ListFile
   * @throws DataException if a list is missing or wrong
   */
  public static Dataset open(String type, LoaderArguments arguments) {
    return part(type, arguments, false);
  }

  /** {@link #open(String, LoaderArguments)} with the arguments as they stand in a config. */
  public static Dataset open(String type, Map<String, ?> arguments) {
    return open(type, LoaderArguments.parse(arguments));
  }

  /** What {@code val_split} holds out of a split: a fixed draw of that fraction. */
  public static Dataset heldOut(String type, LoaderArguments arguments) {
    return part(type, arguments, true);
  }

  private static Dataset part(String type, LoaderArguments arguments, boolean heldOut) {
    Function<LoaderArguments, Source> reader = TYPES.get(type);
    if (reader == null) {
      IllegalArgumentException unknown = NamedArguments.unknown("loader type", type, types());
      throw new DataException(unknown, String.valueOf(unknown.getMessage()));
    }
    Source source = reader.apply(arguments);
    List<Entry> entries = part(source.entries(), arguments.valSplit(), heldOut);
    if (entries.isEmpty()) {
      throw new DataException(
          "val_split %s of the %d examples of '%s' leaves none %s",
          arguments.valSplit(),
          source.entries().size(),
          arguments.split(),
          heldOut ? "to validate on" : "to train on");
    }
    Labeling labeling = Labeling.of(source.classNames(), arguments, source.classified());
    arguments.augmentation().padLabel().ifPresent(labeling::requirePadding);
    return new FileDataset(entries, labeling, arguments.cacheBytes());
  }

  private static List<Entry> part(List<Entry> all, double fraction, boolean heldOut) {
    if (fraction == 0 && !heldOut) {
      return all;
    }
    int held = (int) (fraction * all.size());
    int[] order = Streams.order(HELD_OUT_SEED, 0, all.size());
    boolean[] out = new boolean[all.size()];
    for (int i = 0; i < held; i++) {
      out[order[i]] = true;
    }
    List<Entry> part = new ArrayList<>();
    for (int i = 0; i < out.length; i++) {
      if (out[i] == heldOut) {
        part.add(all.get(i));
      }
    }
    return part;
  }

  /**
   * Looks at every file of a data set, before the first step of a training.
   *
   * @return how often each class occurs
   * @throws DataException that lists what is missing, cannot be read, is of another size than its
   *     labels, or has labels that are no class
   */
  public static LabelCounts check(Dataset dataset) {
    if (dataset instanceof FileDataset files) {
      return DataCheck.run(files);
    }
    throw new DataException(
        "Only data sets that were opened by their type can be checked, found %s",
        dataset.getClass().getName());
  }
}
