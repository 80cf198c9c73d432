package io.repfold.weights;

/**
 * An entry of a zip archive.
 *
 * @param isStored whether it is neither compressed nor encrypted
 * @param checksum CRC-32, or 0 where PyTorch was told to compute none
 * @param size in bytes as it lies in the file
 * @param header where its local header begins
 */
record ZipEntry(String name, boolean isStored, long checksum, long size, int header) {}
