/**
 * What tests of several modules share: makers of small graphs and of random data, and the measure
 * of how far two results are apart. Needs the JDK and the core only, and is in no jar but the
 * core's test jar.
 */
@org.jspecify.annotations.NullMarked
package io.repfold.kit;
