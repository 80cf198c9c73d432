package io.repfold.images;

import java.util.Arrays;

/** Numbers of 8 or 16 bits: red, green and blue of the first pixel, of the second ... */
public sealed interface RgbValues {
  int length();

  /** Of one value: 1 or 2. */
  int bytes();

  /** What white is: 255 or 65535. */
  int white();

  /** From 0 to {@link #white()}. */
  int get(int index);

  /**
   * Writes a value.
   *
   * @param value from 0 to {@link #white()}
   */
  void set(int index, int value);

  /** As many zeros, of the same number of bits. */
  RgbValues zeros(int length);

  /** Copies values, scaled so that white is 255. */
  void read(int from, int count, float[] into);

  /** Of 8 bits. */
  record Bytes(byte[] values) implements RgbValues {
    @Override
    public int length() {
      return values.length;
    }

    @Override
    public int bytes() {
      return Byte.BYTES;
    }

    @Override
    public int white() {
      return 0xff;
    }

    @Override
    public int get(int index) {
      return values[index] & 0xff;
    }

    @Override
    public void set(int index, int value) {
      values[index] = (byte) value;
    }

    @Override
    public RgbValues zeros(int length) {
      return new Bytes(new byte[length]);
    }

    @Override
    public void read(int from, int count, float[] into) {
      for (int i = 0; i < count; i++) {
        into[i] = values[from + i] & 0xff;
      }
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Bytes same && Arrays.equals(values, same.values);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(values);
    }
  }

  /** Of 16 bits. */
  record Words(short[] values) implements RgbValues {
    @Override
    public int length() {
      return values.length;
    }

    @Override
    public int bytes() {
      return Short.BYTES;
    }

    @Override
    public int white() {
      return 0xffff;
    }

    @Override
    public int get(int index) {
      return values[index] & 0xffff;
    }

    @Override
    public void set(int index, int value) {
      values[index] = (short) value;
    }

    @Override
    public RgbValues zeros(int length) {
      return new Words(new short[length]);
    }

    @Override
    public void read(int from, int count, float[] into) {
      for (int i = 0; i < count; i++) {
        into[i] = (values[from + i] & 0xffff) * 255f / 65535f;
      }
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Words same && Arrays.equals(values, same.values);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(values);
    }
  }
}
