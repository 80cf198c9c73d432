/**
 * Collapses the linear regions of a graph into single convolutions, where that is exact and pays.
 * {@link io.repfold.fold.Folder} and {@link io.repfold.fold.Expander} are the doors.
 *
 * <table>
 * <caption>Where each rule is</caption>
 * <tr><th>rule</th><th>class</th><th>test</th></tr>
 * <tr><td>what map a node is, or why it is none</td><td>{@code LinearOps}</td><td>{@code NodeKindsTest}, {@code NodeReasonsTest}</td></tr>
 * <tr><td>Conv, AveragePool, Pad and Slice as maps</td><td>{@code WindowedOps}</td><td>{@code AveragesTest}, {@code PadsTest}, {@code SlicesTest}</td></tr>
 * <tr><td>Gemm and MatMul by a constant as maps</td><td>{@code MatrixOps}, {@code ChannelAxes}</td><td>{@code MatricesTest}, {@code RandomWalkTest}</td></tr>
 * <tr><td>scales moved to what takes them in</td><td>{@code MovedScales}, {@code ScaleRoutes}, {@code ScaleMoves}, {@code ReshapedScale}</td><td>{@code MovedScalesTest}, {@code ReshapedScaleTest}, {@code WalkMutantsTest}</td></tr>
 * <tr><td>what runtimes fuse</td><td>{@code RuntimeFusions}</td><td>{@code RuntimeFusionsTest}</td></tr>
 * <tr><td>activations and normalizations written as one op</td><td>{@code FusedOps}, {@code WrittenActivation}, {@code WrittenLayerNorm}, {@code Polynomial}</td><td>{@code FusedOpsTest}</td></tr>
 * <tr><td>composing and adding maps</td><td>{@code Affine}, {@code Taps}, {@code Weights}</td><td>{@code AffineTest}, {@code TapsTest}</td></tr>
 * <tr><td>which terms become one, and when a source is replaced</td><td>{@code TermMerger}</td><td>{@code FormsTest}, {@code CutsTest}</td></tr>
 * <tr><td>grids that agree at one size, and what holds for one size only</td><td>{@code GridAlignment}, {@code OpenSizes}</td><td>{@code OneSizeTest}</td></tr>
 * <tr><td>whether a form pays</td><td>{@code Cost}, {@code Choice}</td><td>{@code ProfitTest}</td></tr>
 * <tr><td>borders that are padded before or after a bias</td><td>{@code ConstantBorders}</td><td>{@code BordersTest}, {@code BorderLayoutsTest}</td></tr>
 * <tr><td>branches with borders of one kind</td><td>{@code PaddedSources}</td><td>{@code MirroredBordersTest}</td></tr>
 * <tr><td>scales and shifts behind a ConvTranspose, and sums of parallel ones</td><td>{@code TransposedConvolutions}, {@code TransposedMap}</td><td>{@code TransposedConvolutionsTest}, {@code ParallelTransposedTest}</td></tr>
 * <tr><td>what is the same at every run</td><td>{@code ConstantFolding}</td><td>{@code ConstantFoldingTest}, {@code RunTimeConstantsTest}, {@code StandardizedWeightsTest}</td></tr>
 * <tr><td>nodes that do nothing</td><td>{@code NoOps}, {@code CastLikes}</td><td>{@code NoOpsTest}, {@code CastLikeTest}</td></tr>
 * <tr><td>Reshapes and the like that end where they began</td><td>{@code Views}</td><td>{@code ViewsTest}</td></tr>
 * <tr><td>Transposes in a row</td><td>{@code Transposes}</td><td>{@code TransposesTest}</td></tr>
 * <tr><td>poolings before convolutions of single pixels</td><td>{@code PooledFirst}</td><td>{@code PooledFirstTest}</td></tr>
 * <tr><td>images without pixels</td><td>{@code EmptyMaps}</td><td>{@code EmptyMapsTest}</td></tr>
 * <tr><td>rounding once, and its bound</td><td>{@code RoundedWeights}</td><td>{@code RoundedWeightsTest}, {@code ErrorBoundTest}</td></tr>
 * <tr><td>the graph that is written</td><td>{@code FoldedGraphWriter}</td><td>{@code PassedOnTest}, {@code RandomFoldTest}, {@code SharedWeightsTest}</td></tr>
 * <tr><td>the report, and reasons for what stays</td><td>{@code Reporting}, {@code Explanations}, {@code Refusals}</td><td>{@code FoldReportTest}, {@code RefusalsTest}</td></tr>
 * <tr><td>the order of passes, and what each must keep</td><td>{@code Folder}, {@code Pass}</td><td>{@code PassTest}</td></tr>
 * <tr><td>blocks in the place of convolutions</td><td>{@code Candidate}, {@code ExpandedBlock}</td><td>{@code ExpanderTest}</td></tr>
 * </table>
 */
@org.jspecify.annotations.NullMarked
package io.repfold.fold;
