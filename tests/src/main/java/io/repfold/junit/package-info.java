/** Assertions about ONNX files, for the tests of projects that fold their networks. */
@org.jspecify.annotations.NullMarked
package io.repfold.junit;
