package io.repfold.data;

import io.repfold.images.ImageHeader;
import io.repfold.images.Orientation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Looks at every file of a data set: labels are decoded, of images the header and the end read. */
final class DataCheck {
  private static final int SHOWN = 5;

  private enum Kind {
    MISSING_IMAGE("missing images"),
    MISSING_LABELS("missing label files"),
    UNREADABLE("files that cannot be read"),
    SIZE("images of another size than their labels"),
    RANGE("labels that are no class");

    private final String text;

    Kind(String text) {
      this.text = text;
    }
  }

  private record Problem(Kind kind, String text) {}

  private final FileDataset dataset;
  private final AtomicLongArray pixels;
  private final AtomicInteger turned = new AtomicInteger();

  private DataCheck(FileDataset dataset) {
    this.dataset = dataset;
    this.pixels = new AtomicLongArray(dataset.classes() + 1);
  }

  /** Throws a {@link DataException} with all problems, or counts the labels. */
  static LabelCounts run(FileDataset dataset) {
    var check = new DataCheck(dataset);
    List<Problem> problems =
        IntStream.range(0, dataset.size())
            .parallel()
            .mapToObj(i -> check.problems(dataset.entries().get(i)))
            .flatMap(List::stream)
            .collect(Collectors.toList());
    if (!problems.isEmpty()) {
      throw new DataException("%s", report(dataset.size(), problems));
    }
    long[] counts = new long[dataset.classes() + 1];
    Arrays.setAll(counts, check.pixels::get);
    return new LabelCounts(
        dataset.size(),
        Arrays.copyOf(counts, dataset.classes()),
        counts[dataset.classes()],
        check.turned.get());
  }

  private static String report(int examples, List<Problem> problems) {
    Map<Kind, List<String>> byKind = new EnumMap<>(Kind.class);
    for (Problem problem : problems) {
      byKind.computeIfAbsent(problem.kind(), kind -> new ArrayList<>()).add(problem.text());
    }
    var report =
        new StringBuilder("The data cannot be used; in %d examples there are".formatted(examples));
    String between = "";
    for (var kind : byKind.entrySet()) {
      List<String> texts = kind.getValue();
      List<String> shown = new ArrayList<>(texts.subList(0, Math.min(SHOWN, texts.size())));
      if (texts.size() > SHOWN) {
        shown.add("and %d more".formatted(texts.size() - SHOWN));
      }
      report.append("%s%n  %s: %d%n    ".formatted(between, kind.getKey().text, texts.size()));
      report.append(String.join(";%n    ".formatted(), shown));
      between = ";";
    }
    return report.toString();
  }

  private List<Problem> problems(Entry entry) {
    List<Problem> problems = new ArrayList<>();
    ImageHeader image = null;
    if (!Files.isRegularFile(entry.image())) {
      problems.add(new Problem(Kind.MISSING_IMAGE, "'" + entry.image() + "'"));
    } else {
      try {
        image = ImageFiles.header(entry.image());
        if (!endsAsItShould(entry.image())) {
          ImageFiles.requireIntact(entry.image());
        }
      } catch (DataException e) {
        problems.add(new Problem(Kind.UNREADABLE, String.valueOf(e.getMessage())));
      }
    }
    if (entry.target() instanceof Entry.PixelLabels labels && !Files.isRegularFile(labels.file())) {
      problems.add(new Problem(Kind.MISSING_LABELS, "'" + labels.file() + "'"));
    } else {
      try {
        problems.addAll(labelProblems(entry, image));
      } catch (DataException e) {
        problems.add(new Problem(Kind.UNREADABLE, String.valueOf(e.getMessage())));
      }
    }
    return problems;
  }

  private List<Problem> labelProblems(Entry entry, @Nullable ImageHeader image) {
    List<Problem> problems = new ArrayList<>();
    LabelMap labels = dataset.labeling().apply(FileDataset.stored(entry));
    if (image != null
        && entry.target() instanceof Entry.PixelLabels pixels
        && !labels.size().equals(image.size())) {
      var mismatch = new SizeMismatch(entry.image(), pixels.file(), labels.size());
      problems.add(new Problem(Kind.SIZE, mismatch.text(image)));
    }
    if (image != null && isTurnedAlone(image, entry)) {
      turned.incrementAndGet();
    }
    OptionalInt stray = dataset.labeling().firstStray(labels);
    if (stray.isPresent()) {
      String text = stray(entry, stray.getAsInt(), dataset.labeling()).getMessage();
      problems.add(new Problem(Kind.RANGE, String.valueOf(text)));
    } else {
      count(labels);
    }
    return problems;
  }

  private static boolean isTurnedAlone(ImageHeader image, Entry entry) {
    return image.orientation() != Orientation.UPRIGHT
        && entry.target() instanceof Entry.PixelLabels labels
        && ImageFiles.header(labels.file()).orientation() == Orientation.UPRIGHT;
  }

  private void count(LabelMap labels) {
    int classes = dataset.classes();
    long[] counts = new long[classes + 1];
    for (short value : labels.values()) {
      int label = value & LabelMap.LARGEST;
      counts[label == dataset.ignoreIndex() ? classes : label]++;
    }
    for (int i = 0; i <= classes; i++) {
      if (counts[i] != 0) {
        pixels.addAndGet(i, counts[i]);
      }
    }
  }

  /** Label 5 of 3 classes. */
  static DataException stray(Entry entry, int label, Labeling labeling) {
    String where =
        entry.target() instanceof Entry.PixelLabels labels
            ? "'" + labels.file() + "'"
            : "the entry of '" + entry.image() + "'";
    return new DataException(
        "%s has label %d, but there are %d classes (0 to %d) and ignore_index is %d; set"
            + " num_classes, or map or ignore it with label_map",
        where,
        label,
        labeling.classNames().size(),
        labeling.classNames().size() - 1,
        labeling.ignoreIndex());
  }

  /** Whether the marker that ends a PNG or a JPEG stands in the last bytes. */
  private static boolean endsAsItShould(Path file) {
    try (var channel = Files.newByteChannel(file)) {
      var last = ByteBuffer.allocate((int) Math.min(16, channel.size()));
      channel.position(channel.size() - last.capacity());
      while (last.hasRemaining() && channel.read(last) >= 0) {}
      String text = new String(last.array(), StandardCharsets.ISO_8859_1);
      return text.contains("IEND") || text.contains("\u00ff\u00d9");
    } catch (IOException e) {
      throw new DataException(e, "Cannot read '%s': %s".formatted(file, e));
    }
  }
}
