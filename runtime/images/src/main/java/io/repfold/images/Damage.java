package io.repfold.images;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the first warning of a decoder that means that a part of the image is not what was encoded.
 * Warnings about headers, color profiles and a few bytes too many mean nothing: the image is whole.
 * The words are those of libjpeg 6b (jerror.h) and of the JDK's plug-in around it. libjpeg says
 * only the first: after a harmless one, wrong bytes go unseen, but not a missing end.
 */
final class Damage implements IIOReadWarningListener {
  private static final List<String> SIGNS =
      List.of(
          "Truncated File",
          "Premature end",
          "Corrupt JPEG data",
          "Inconsistent progression sequence");

  private static final Pattern TOO_MANY =
      Pattern.compile("Corrupt JPEG data: (\\d+) extraneous bytes before marker 0x(\\w\\w)");

  /** Encoders fill up to words; what a decoder loses after a wrong bit is far longer. */
  private static final int MOST_FILLED = 16;

  /** Markers that follow coded pixels: DHT and SOS of the next scan, EOI. */
  private static final List<String> AFTER_PIXELS = List.of("c4", "da", "d9");

  private @Nullable String first;

  @Override
  public void warningOccurred(ImageReader source, String warning) {
    if (first == null && isDamage(warning)) {
      first = warning;
    }
  }

  private static boolean isDamage(String warning) {
    Matcher extra = TOO_MANY.matcher(warning);
    if (extra.matches()) {
      return AFTER_PIXELS.contains(extra.group(2)) && Long.parseLong(extra.group(1)) > MOST_FILLED;
    }
    return SIGNS.stream().anyMatch(warning::startsWith);
  }

  /** The decoder's words. */
  Optional<String> found() {
    return Optional.ofNullable(first);
  }
}
