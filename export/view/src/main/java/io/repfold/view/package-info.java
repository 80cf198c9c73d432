/**
 * Pictures of models as a hierarchy: {@link io.repfold.view.ModelView} makes a page of one file, or
 * an SVG of the top level, of one model or of two beside each other.
 */
@NullMarked
package io.repfold.view;

import org.jspecify.annotations.NullMarked;
