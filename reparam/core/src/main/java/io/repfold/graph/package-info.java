/**
 * The one model representation: an immutable graph with ONNX semantics, its shapes and its
 * double-precision meaning.
 */
@org.jspecify.annotations.NullMarked
package io.repfold.graph;
