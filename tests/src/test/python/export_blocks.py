"""Writes the block fixtures: ONNX files in training form, their inputs and outputs, and a manifest.

Run (needs torch, onnx, onnxscript, onnxruntime, numpy):

    python export_blocks.py [--out DIR] [--only SUBSTRING]

DIR defaults to ../resources/pytorch.  Files are named ``<case>__<exporter>__op<opset>``:

* ``.onnx``  the model;
* ``.npz``   arrays ``input_0`` .. and ``output_0`` .. (float32).  The outputs are PyTorch's own, computed in float64
  and rounded once.  Models with named axes also have ``alt_input_0`` / ``alt_output_0`` of another size.

Exporters:

* ``ts``      TorchScript exporter, ``training=PRESERVE``, no constant folding: BN nodes stay as they are;
* ``tsdef``   TorchScript exporter with its default options: it fuses conv-BN pairs and folds constants;
* ``dyn``     ``torch.export`` based exporter with ``optimize=False``;
* ``dynopt``  the same with its default ``optimize=True``.

``manifest.json`` lists for each file: block, exporter, opset, shapes, what a folder must reach (``convs`` and ``op``,
``optional`` where it may as well be left; or ``refuse`` with a reason keyword and ``min_linear``, the least number of
Conv, BN and pooling nodes that must stay), ``needs_shape``, and counts of what is in the file.  Every file is run in onnxruntime and compared with PyTorch
(largest difference divided by largest output, at most 1e-5) before it is listed.
"""
import argparse
import collections
import contextlib
import copy
import io
import json
import logging
import os
import pathlib
import sys
import warnings
import zipfile

import numpy as np
import onnx
import onnxruntime
import torch

import blocks

TOLERANCE = 1e-5
SIZE_LIMIT = 40_000
TS_OPSETS = (13, 14, 15, 16, 17, 18)
DYN_OPSETS = (18, 20, 18, 21, 18, 23)
# These cases are exported by more opsets or options than the others.
EVERY_TS_OPSET = {"repvgg_identity", "dbb_assign", "acb_k3_d1"}
EVERY_DYN_OPSET = {"repvgg_identity", "dbb_assign"}
DEFAULT_OPTIONS = {
    "repvgg_identity", "repvgg_untrained", "repvgg_groups2", "repvgg_reflect", "repvgg_3d", "acb_k3_d2", "acb_k3_crop",
    "dbb_assign", "dbb_assign_nhw", "dbb_padbn", "dbb_depthwise", "dbb_dilation2", "dbb4", "mobileone_n4",
    "mobileone_depthwise", "repmixer", "qarepvgg", "alpha_scaled", "strided_identity", "large_kernel", "transpose_bn",
    "depth_concat", "weight_space", "weight_space_pad", "even_kernels", "refuse_1x1_bias_3x3", "refuse_fan_out"}


def axis_names(c):
    names = "NCHWD" if len(c.shape) == 4 else "NCLXY"
    return {a: names[a] for a in c.dynamic}


def export(model, x, c, exporter, opset, path):
    """Exports quietly; raises what the exporter raises."""
    names = dict(input_names=["x"], output_names=["y"] if c.name != "refuse_fan_out" else ["y", "branch"])
    sink = io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stdout(sink), contextlib.redirect_stderr(sink):
        warnings.simplefilter("ignore")
        if exporter in ("ts", "tsdef"):
            mode = torch.onnx.TrainingMode
            options = {}
            if exporter == "ts":
                options = dict(training=mode.TRAINING if c.train else mode.PRESERVE, do_constant_folding=False)
            axes = {"x": axis_names(c), "y": axis_names(c)} if c.dynamic else None
            torch.onnx.export(model, (x,), str(path), dynamo=False, opset_version=opset, dynamic_axes=axes, **names, **options)
        else:
            shapes = ({a: torch.export.Dim(n, min=2) for a, n in axis_names(c).items()},) if c.dynamic else None
            torch.onnx.export(model, (x,), str(path), dynamo=True, opset_version=opset, optimize=exporter == "dynopt",
                              external_data=False, verbose=False, dynamic_shapes=shapes, **names)


def strip(path):
    """Drops debugging text (stack traces and the like carry paths of the exporting machine)."""
    m = onnx.load(str(path))
    strip_model(m)
    onnx.save(m, str(path))
    return m


def strip_model(m):
    def scrub(holder):
        holder.ClearField("doc_string")
        if hasattr(holder, "metadata_props"):
            del holder.metadata_props[:]

    def graph(g):
        scrub(g)
        for v in list(g.input) + list(g.output) + list(g.value_info) + list(g.initializer):
            scrub(v)
        nodes(g.node)

    def nodes(ns):
        for n in ns:
            scrub(n)
            for a in n.attribute:
                a.ClearField("doc_string")
                if a.HasField("g"):
                    graph(a.g)
    scrub(m)
    graph(m.graph)
    for f in m.functions:
        scrub(f)
        nodes(f.node)


def shorten(m):
    """Gives the values inside the graph short names and drops node names: the exporters' names are most of a large file."""
    g = m.graph
    keep = {v.name for v in list(g.input) + list(g.output) + list(g.initializer)} | {""}
    names = {}
    for n in g.node:
        assert not any(a.HasField("g") for a in n.attribute)
        for o in n.output:
            if o not in keep:
                names[o] = f"v{len(names)}"
    for n in g.node:
        n.ClearField("name")
        for field in (n.input, n.output):
            for i, v in enumerate(field):
                field[i] = names.get(v, v)
    for v in g.value_info:
        v.name = names.get(v.name, v.name)


def counts(m):
    return collections.Counter(n.op_type for n in m.graph.node)


def session(path):
    o = onnxruntime.SessionOptions()
    o.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    o.intra_op_num_threads = 1
    o.log_severity_level = 4
    return onnxruntime.InferenceSession(str(path), o, providers=["CPUExecutionProvider"])


def reference(model, x):
    with torch.no_grad():
        y = copy.deepcopy(model).double()(x.double())
    return [v.float().numpy() for v in (y if isinstance(y, tuple) else (y,))]


def write_npz(path, arrays):
    """A plain deflated zip of .npy entries with fixed dates."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for name, a in arrays.items():
            b = io.BytesIO()
            np.lib.format.write_array(b, np.ascontiguousarray(a), version=(1, 0))
            z.writestr(zipfile.ZipInfo(name + ".npy", (1980, 1, 1, 0, 0, 0)), b.getvalue(), zipfile.ZIP_DEFLATED)


def relative(a, b):
    return float(np.abs(a.astype(np.float64) - b).max() / max(np.abs(b).max(), 1e-30))


def one(c, exporter, opset, out):
    base = f"{c.name}__{exporter}__op{opset}"
    path = out / (base + ".onnx")
    model = blocks.build(c)
    gen = torch.Generator().manual_seed(blocks.seed_of(c.name) + 1)
    x = torch.randn(c.shape, generator=gen)
    arrays = {"input_0": x.numpy()}
    for i, y in enumerate(reference(model, x)):
        arrays[f"output_{i}"] = y
    if c.alt_shape:
        xa = torch.randn(c.alt_shape, generator=gen)
        arrays["alt_input_0"] = xa.numpy()
        arrays["alt_output_0"] = reference(model, xa)[0]
    export(model, x, c, exporter, opset, path)
    m = strip(path)
    shortened = path.stat().st_size > SIZE_LIMIT
    if shortened:
        shorten(m)
        onnx.save(m, str(path))
    n = counts(m)
    entry = dict(file=base + ".onnx", case=c.name, block=c.block, exporter=exporter, opset=opset,
                 input_shape=list(c.shape))
    if c.dynamic:
        entry["dynamic_axes"] = list(c.dynamic)
        entry["alt_input_shape"] = list(c.alt_shape)
    if c.refuse:
        entry.update(refuse=c.refuse, min_linear=c.min_linear)
    else:
        entry.update(convs=1, op=c.op)
        if c.optional:
            entry["optional"] = True
    entry.update(needs_shape=c.needs_shape, conv_nodes=n["Conv"] + n["ConvTranspose"], bn_nodes=n["BatchNormalization"],
                 nodes=sum(n.values()))
    if c.note:
        entry["note"] = c.note
    if shortened:
        entry["names"] = "shortened"
    actual = [o.version for o in m.opset_import if o.domain in ("", "ai.onnx")]
    if actual != [opset]:
        entry["opset_in_file"] = actual[0]
    if c.invalid:
        entry["runtime_checked"] = False      # no runtime at hand runs this
    else:
        s = session(path)
        worst = 0.0
        for prefix in [""] + (["alt_"] if c.alt_shape else []):
            try:
                got = s.run(None, {s.get_inputs()[0].name: arrays[prefix + "input_0"]})
            except Exception:
                if not prefix:
                    raise
                # The exporter froze a size although the axis has a name.
                del arrays["alt_input_0"], arrays["alt_output_0"], entry["alt_input_shape"]
                entry["frozen_size"] = True
                continue
            for i, y in enumerate(got):
                if prefix and i:
                    continue
                want = arrays[f"{prefix}output_{i}"]
                assert y.shape == want.shape, (base, y.shape, want.shape)
                worst = max(worst, relative(y, want))
        assert worst <= TOLERANCE, (base, worst)
    write_npz(path.with_suffix(".npz"), arrays)
    if exporter in ("ts", "dyn") and entry["bn_nodes"] == 0 and any(
            isinstance(k, torch.nn.modules.batchnorm._BatchNorm) for k in model.modules()):
        print("BN did not survive:", base)
    return entry, n


def plan():
    return (step for step in whole_plan() if step[1] in step[0].exporters)


def whole_plan():
    for c in blocks.CASES:
        i = blocks.seed_of(c.name) >> 3       # a case keeps its opsets when others are added
        if c.name in EVERY_TS_OPSET:
            ts = TS_OPSETS
        else:
            ts = (TS_OPSETS[i % 6],)
        for o in ts:
            yield c, "ts", o
        dyn = sorted(set(DYN_OPSETS)) if c.name in EVERY_DYN_OPSET else (DYN_OPSETS[(i // 6) % 6],)
        for o in dyn:
            yield c, "dyn", o
        if c.name in DEFAULT_OPTIONS:
            yield c, "tsdef", TS_OPSETS[(i + 3) % 6]
            yield c, "dynopt", (18, 20)[(i // 6) % 2]


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent / "resources" / "pytorch")
    ap.add_argument("--only", default="")
    args = ap.parse_args()
    torch.set_num_threads(1)
    logging.disable(logging.WARNING)
    args.out.mkdir(parents=True, exist_ok=True)
    entries, ops, failed = [], collections.Counter(), []
    for c, exporter, opset in plan():
        if args.only not in c.name:
            continue
        try:
            e, n = one(c, exporter, opset, args.out)
        except Exception as problem:          # an exporter may lack a case; say so and go on
            text = " ".join(str(problem).split())
            failed.append((c.name, exporter, opset, type(problem).__name__, text[:160]))
            for ending in (".onnx", ".onnx.data", ".npz"):
                with contextlib.suppress(FileNotFoundError):
                    os.remove(args.out / f"{c.name}__{exporter}__op{opset}{ending}")
            continue
        entries.append(e)
        ops.update(n)
    if not args.only:
        with open(args.out / "manifest.json", "w") as f:
            f.write("[\n" + ",\n".join(json.dumps(e) for e in entries) + "\n]\n")
    print(len(entries), "files;", sum(os.path.getsize(args.out / e["file"]) for e in entries), "bytes of ONNX")
    print(dict(ops.most_common()))
    for f in failed:
        print("FAILED", *f)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
