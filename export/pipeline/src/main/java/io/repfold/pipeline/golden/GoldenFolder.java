package io.repfold.pipeline.golden;

import io.repfold.numpy.Npz;
import io.repfold.onnx.Sha256;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.PipelineException;
import io.repfold.pipeline.files.StagedFolder;
import io.repfold.pipeline.golden.GoldenJson.Description;
import io.repfold.pipeline.golden.GoldenJson.SampleFile;
import io.repfold.pipeline.golden.GoldenOutputs.Sample;
import io.repfold.runtime.HostTensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Golden outputs as a folder: a {@code .npz} file for each sample, {@value #DESCRIPTION} with their
 * hashes, and {@value #SUM} with the hash of that.
 */
final class GoldenFolder {
  private static final String DESCRIPTION = "golden.json";
  private static final String SUM = "golden.json.sha256";

  /** As {@code sha256sum} writes and checks it. */
  private static final Pattern SUM_LINE = Pattern.compile("([0-9a-f]{64})  golden\\.json\\n?");

  private static final int MOST_DESCRIPTION = 1 << 24;

  /** What the arrays of a folder may take together, unpacked. */
  private static final long MOST_BYTES = Npz.DEFAULT_MAX_BYTES;

  private static final String AGAIN = "; copy the folder again, or record it again";

  private GoldenFolder() {}

  static GoldenOutputs read(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw PipelineException.work(
          folder + ": there is no such folder; one comes from a recording");
    }
    Description description = description(folder);
    requireComplete(folder, description);
    for (SampleFile file : description.files()) {
      requireHash(folder.resolve(file.file()), file.sha256());
    }
    List<Sample> samples = new ArrayList<>();
    long left = MOST_BYTES;
    for (SampleFile file : description.files()) {
      Sample sample = sample(folder.resolve(file.file()), file, description, left);
      samples.add(sample);
      left -= bytes(sample);
    }
    requireSameOutputs(folder, description, samples);
    requireMeaning(folder.resolve(DESCRIPTION), description, samples);
    return description.golden().withSamples(samples);
  }

  private static Description description(Path folder) {
    Path file = folder.resolve(DESCRIPTION);
    Path sum = folder.resolve(SUM);
    byte[] content = content(file);
    Matcher line = SUM_LINE.matcher(text(sum, content(sum)));
    if (!line.matches()) {
      throw PipelineException.work(
          "%s: expected one line of a SHA-256, two spaces and %s%s"
              .formatted(sum, DESCRIPTION, AGAIN));
    }
    requireHash(file, line.group(1), Sha256.of(content));
    return parsed(file, content);
  }

  private static Description parsed(Path file, byte[] content) {
    try {
      return GoldenJson.parse(text(file, content));
    } catch (IllegalArgumentException e) {
      throw wrong(file, e);
    }
  }

  private static byte[] content(Path file) {
    requireFile(file);
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(MOST_DESCRIPTION + 1);
      if (content.length > MOST_DESCRIPTION) {
        throw PipelineException.work(
            "%s: is larger than %s bytes, which no description of golden outputs is"
                .formatted(file, Phrases.count(MOST_DESCRIPTION)));
      }
      return content;
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static String text(Path file, byte[] content) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
    } catch (CharacterCodingException e) {
      throw PipelineException.work(file + ": is no text in UTF-8" + AGAIN, e);
    }
  }

  /** Links are not followed: what they lead to belongs to somebody else. */
  private static void requireFile(Path file) {
    if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    boolean there = Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    throw PipelineException.work(
        "%s: %s%s"
            .formatted(
                file,
                there
                    ? "is no file but a link or a folder, which golden outputs do not have"
                    : "is missing; golden outputs are "
                        + DESCRIPTION
                        + ", "
                        + SUM
                        + " and the files that are listed there",
                AGAIN));
  }

  private static void requireComplete(Path folder, Description description) {
    description.files().forEach(file -> requireFile(folder.resolve(file.file())));
    Set<String> others = namesIn(folder);
    others.removeAll(ownNames(description));
    if (!others.isEmpty()) {
      throw PipelineException.work(
          "%s: holds %s, which %s does not list; expected only %s; remove what is not part of the recording"
              .formatted(
                  folder,
                  quoted(others),
                  DESCRIPTION,
                  Phrases.few(List.copyOf(ownNames(description)), 5)));
    }
  }

  private static String quoted(Set<String> names) {
    return Phrases.few(names.stream().map("'%s'"::formatted).toList(), 3);
  }

  private static Set<String> ownNames(Description description) {
    Set<String> names = new LinkedHashSet<>(List.of(DESCRIPTION, SUM));
    description.files().forEach(file -> names.add(file.file()));
    return names;
  }

  private static Set<String> namesIn(Path folder) {
    try (Stream<Path> content = Files.list(folder)) {
      Set<String> names = new LinkedHashSet<>();
      content.map(path -> String.valueOf(path.getFileName())).sorted().forEach(names::add);
      return names;
    } catch (IOException | UncheckedIOException e) {
      throw unreadable(folder, e);
    }
  }

  private static void requireHash(Path file, String expected) {
    requireHash(file, expected, Sha256.of(file));
  }

  private static void requireHash(Path file, String expected, String found) {
    if (!found.equals(expected)) {
      throw PipelineException.work(
          "%s: was changed after it was recorded: SHA-256 expected %s, found %s%s"
              .formatted(file, expected, found, AGAIN));
    }
  }

  private static Sample sample(
      Path path, SampleFile file, Description description, long mostBytes) {
    try {
      Map<String, HostTensor> arrays = Npz.read(path, mostBytes);
      return SampleArrays.sample(file.name(), arrays, description.brains());
    } catch (IllegalArgumentException e) {
      throw wrong(path, e);
    } catch (IOException | UncheckedIOException e) {
      throw unreadable(path, e);
    }
  }

  private static void requireSameOutputs(
      Path folder, Description description, List<Sample> samples) {
    Sample first = samples.get(0);
    for (int i = 1; i < samples.size(); i++) {
      Sample sample = samples.get(i);
      Path file = folder.resolve(description.files().get(i).file());
      List<String> expected = List.copyOf(first.outputs().keySet());
      List<String> found = List.copyOf(sample.outputs().keySet());
      if (!found.equals(expected)) {
        throw PipelineException.work(
            "%s: holds the outputs %s, expected %s as in %s"
                .formatted(file, found, expected, description.files().get(0).file()));
      }
    }
  }

  /** What a description says of outputs and arrays, it says of those that are there. */
  private static void requireMeaning(Path file, Description description, List<Sample> samples) {
    Set<String> outputs = samples.get(0).outputs().keySet();
    description
        .golden()
        .axes()
        .ifPresent(axes -> requireKnown(file, "channels", axes.byOutput().keySet(), outputs));
    Set<String> arrays = new LinkedHashSet<>();
    samples.forEach(sample -> arrays.addAll(SampleArrays.of(sample).keySet()));
    requireKnown(file, "bfloat16", description.brains(), arrays);
  }

  private static void requireKnown(Path file, String member, Set<String> names, Set<String> known) {
    Set<String> others = new TreeSet<>(names);
    others.removeAll(known);
    if (!others.isEmpty()) {
      throw wrong(
          file,
          new IllegalArgumentException(
              "'%s' names %s, which no sample has; known are %s"
                  .formatted(member, quoted(others), Phrases.few(List.copyOf(known), 5))));
    }
  }

  private static PipelineException wrong(Path file, IllegalArgumentException cause) {
    return PipelineException.work(
        "%s: is no part of golden outputs: %s".formatted(file, cause.getMessage()), cause);
  }

  private static PipelineException unreadable(Path file, Exception cause) {
    String reason = String.valueOf(cause.getMessage());
    return PipelineException.work(
        (reason.contains(file.toString()) ? reason : "%s: %s".formatted(file, reason)) + AGAIN,
        cause);
  }

  private static long bytes(Sample sample) {
    return SampleArrays.of(sample).values().stream()
        .mapToLong(tensor -> (long) tensor.size() * tensor.type().bytes())
        .sum();
  }

  /** Never removes what it did not write. */
  static void check(Path folder) {
    Path parent = folder.toAbsolutePath().normalize().getParent();
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      if (parent == null || !Files.isDirectory(parent)) {
        throw PipelineException.request(
            "%s: cannot be written, because there is no folder %s; make it first"
                .formatted(folder, parent));
      }
      return;
    }
    if (!Files.isDirectory(folder)) {
      throw PipelineException.request(
          folder
              + ": is there and no folder; golden outputs are written into a folder of their own");
    }
    Set<String> names = namesIn(folder);
    if (!names.isEmpty()) {
      names.removeAll(replaceable(folder));
      if (!names.isEmpty()) {
        throw PipelineException.request(
            "%s: holds %s, which golden outputs do not have; name an empty folder, or one that is not there"
                .formatted(folder, quoted(names)));
      }
    }
  }

  /** What a recording of before is made of. */
  private static Set<String> replaceable(Path folder) {
    Path file = folder.resolve(DESCRIPTION);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return Set.of();
    }
    try {
      return ownNames(parsed(file, content(file)));
    } catch (PipelineException e) {
      return Set.of();
    }
  }

  static long write(Path folder, GoldenOutputs golden) {
    check(folder);
    long arrays = golden.samples().stream().mapToLong(GoldenFolder::bytes).sum();
    if (arrays > MOST_BYTES - headers(golden)) {
      throw PipelineException.work(
          "%s: the arrays take %s bytes, and golden outputs at most %s; record fewer or smaller inputs"
              .formatted(folder, Phrases.count(arrays), Phrases.count(MOST_BYTES)));
    }
    try (StagedFolder staged = StagedFolder.of(folder)) {
      List<SampleFile> files = new ArrayList<>();
      int digits = Integer.toString(golden.samples().size() - 1).length();
      for (Sample sample : golden.samples()) {
        String name = ("%0" + digits + "d.npz").formatted(files.size());
        Path file = staged.path().resolve(name);
        Npz.write(file, SampleArrays.of(sample));
        files.add(new SampleFile(name, Sha256.of(file), sample.name()));
      }
      byte[] description = GoldenJson.text(golden, files).getBytes(StandardCharsets.UTF_8);
      Files.write(staged.path().resolve(DESCRIPTION), description);
      Files.writeString(
          staged.path().resolve(SUM), "%s  %s\n".formatted(Sha256.of(description), DESCRIPTION));
      long bytes = size(staged.path());
      staged.commit();
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: cannot be written: %s".formatted(folder, e.getMessage()), e);
    }
  }

  /** A header of an array takes some bytes too. */
  private static long headers(GoldenOutputs golden) {
    return golden.samples().stream().mapToLong(s -> 1024L * SampleArrays.of(s).size()).sum();
  }

  private static long size(Path folder) throws IOException {
    long bytes = 0;
    for (String name : namesIn(folder)) {
      bytes += Files.size(folder.resolve(name));
    }
    return bytes;
  }
}
