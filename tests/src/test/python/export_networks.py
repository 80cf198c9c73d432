"""Writes whole networks of timm in training form, small enough to store.

Run (needs torch, timm, onnx, onnxscript, onnxruntime, numpy):

    python export_networks.py [--out DIR] [--only SUBSTRING]

DIR defaults to ../resources/pytorch/networks.  Each network is built without pretrained weights,
with ten classes, filled (see ``fill``) with values that are pseudo-random but compress well, and exported in eval mode with
BN nodes kept:
``ts`` is the TorchScript exporter without constant folding, ``dyn`` the newer one with ``optimize=False``.

``manifest.json`` lists for each file: convolutions and BN nodes in the file, the number of convolutions and BN nodes that timm's
own ``reparameterize_model`` leaves (``convs_reparameterized``, ``bn_reparameterized``: counted in an export made the same way),
and the input shape.  ``<network>.npz`` holds ``input_0`` and ``output_0``, the latter computed by PyTorch in float64.  Every export,
reparameterized ones too, is run in onnxruntime and compared with it (largest difference by largest output, 1e-4).
"""
import argparse
import collections
import contextlib
import copy
import gzip
import io
import json
import logging
import math
import pathlib
import sys
import tempfile
import warnings

import numpy as np
import onnx
import torch

import without_torchvision_ops  # noqa: F401  (before timm)
import timm
import timm.utils

from export_blocks import relative, session, strip_model, write_npz

PERIOD, BIG_PERIOD, BN_PERIOD = 499, 61, 127     # BIG_PERIOD: tensors of more than BIG elements
BIG, CLASSES = 50_000, 10
#            file name           timm name                exporter opset size
NETWORKS = [
    ("repvgg_a0", "repvgg_a0", "ts", 17, 64),
    ("mobileone_s0", "mobileone_s0", "ts", 13, 64),
    ("fastvit_t8", "fastvit_t8", "ts", 16, 64),
    ("fastvit_t8", "fastvit_t8", "dyn", 18, 64),
    ("repvit_m0_9", "repvit_m0_9", "ts", 15, 64),
    ("repghostnet_050", "repghostnet_050", "ts", 14, 64),
    ("repghostnet_050", "repghostnet_050", "dyn", 18, 64),
]


def fill(model, seed):
    """Weights: normal values rounded to 1/8, of period 499 (61 in large tensors), times a power of two near 1 / sqrt(fan_in),
    each tensor with its own start and stride (an exporter may merge those that are equal still).  BN vectors: mean +-0.5, variance 0.5..2,
    gamma +-(0.5..1.2), beta +-0.5, in steps of 1/32, of period 127.
    Other parameters (layer scales, biases): 0.25..1 and +-0.25.
    """
    g = torch.Generator().manual_seed(seed)
    normal = (torch.randn(PERIOD, generator=g) * 8).round() / 8
    u = torch.rand(BN_PERIOD, generator=g)
    sign = torch.where(torch.rand(BN_PERIOD, generator=g) < 0.3, -1.0, 1.0)

    def periodic(t, base, strides=8):
        start = int(torch.randint(len(base), (1,), generator=g))
        stride = int(torch.randint(1, strides + 1, (1,), generator=g))
        i = (torch.arange(t.numel()) * stride + start) % len(base)
        t.copy_(base[i].reshape(t.shape))

    def coarse(lo, hi):
        return ((u * (hi - lo) + lo) * 32).round() / 32

    done = set()
    with torch.no_grad():
        for m in model.modules():
            if isinstance(m, torch.nn.modules.batchnorm._BatchNorm):
                periodic(m.running_mean, coarse(-0.5, 0.5))
                periodic(m.running_var, coarse(0.5, 2))
                periodic(m.weight, coarse(0.5, 1.2) * sign)
                periodic(m.bias, coarse(-0.5, 0.5))
                done.update(id(p) for p in m.parameters())
        for name, p in model.named_parameters():
            if id(p) in done:
                continue
            if p.dim() >= 2 and p[0].numel() > 1 or p.dim() == 4 and p.shape[0] > 1 and name.endswith("weight"):
                base = normal[:BIG_PERIOD] if p.numel() > BIG else normal
                periodic(p, base * 2.0 ** -round(math.log2(p[0].numel()) / 2), 1 if base is normal else 20)
            elif name.endswith("bias"):
                periodic(p, coarse(-0.25, 0.25))
            else:
                periodic(p, coarse(0.25, 1))
    return model


def export(model, x, exporter, opset, path):
    sink = io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stdout(sink), contextlib.redirect_stderr(sink):
        warnings.simplefilter("ignore")
        if exporter == "ts":
            torch.onnx.export(model, (x,), str(path), dynamo=False, opset_version=opset, input_names=["x"], output_names=["y"],
                              training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False)
        else:
            torch.onnx.export(model, (x,), str(path), dynamo=True, opset_version=opset, input_names=["x"], output_names=["y"],
                              optimize=False, external_data=False, verbose=False)


def count(m, *ops):
    return sum(n.op_type in ops for n in m.graph.node)


def one(name, arch, exporter, opset, size, out):
    torch.manual_seed(7)
    model = fill(timm.create_model(arch, pretrained=False, num_classes=CLASSES), 7).eval()
    deployed = timm.utils.reparameterize_model(model, inplace=False).eval()
    x = (torch.randn(1, 3, size, size, generator=torch.Generator().manual_seed(8)) * 4).round() / 4
    with torch.no_grad():
        y = copy.deepcopy(model).double()(x.double()).float().numpy()
    assert np.isfinite(y).all() and y.std() > 1e-3
    with tempfile.TemporaryDirectory() as tmp:
        train, deploy = pathlib.Path(tmp) / "train.onnx", pathlib.Path(tmp) / "deploy.onnx"
        export(model, x, exporter, opset, train)
        export(deployed, x, exporter, opset, deploy)
        worst = [relative(session(p).run(None, {"x": x.numpy()})[0], y) for p in (train, deploy)]
        assert max(worst) <= 1e-4, (name, worst)
        m, d = onnx.load(str(train)), onnx.load(str(deploy))
        strip_model(m)
    base = f"{name}__{exporter}__op{opset}"
    data = m.SerializeToString(deterministic=True)
    with open(out / (base + ".onnx.gz"), "wb") as f, gzip.GzipFile("", "wb", 9, f, mtime=0) as z:
        z.write(data)
    write_npz(out / (name + ".npz"), {"input_0": x.numpy(), "output_0": y})
    ops = collections.Counter(n.op_type for n in m.graph.node)
    return dict(file=base + ".onnx.gz", network=arch, exporter=exporter, opset=opset, input_shape=[1, 3, size, size],
                conv_nodes=count(m, "Conv"), bn_nodes=count(m, "BatchNormalization"), nodes=len(m.graph.node),
                convs_reparameterized=count(d, "Conv"), bn_reparameterized=count(d, "BatchNormalization"),
                bytes_unpacked=len(data), deviation_from_pytorch=float(f"{worst[0]:.1e}"),
                deviation_reparameterized=float(f"{worst[1]:.1e}")), ops


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--out", type=pathlib.Path,
                    default=pathlib.Path(__file__).resolve().parent.parent / "resources" / "pytorch" / "networks")
    ap.add_argument("--only", default="")
    args = ap.parse_args()
    torch.set_num_threads(2)
    logging.disable(logging.WARNING)
    args.out.mkdir(parents=True, exist_ok=True)
    entries, ops = [], collections.Counter()
    for name, arch, exporter, opset, size in NETWORKS:
        if args.only not in name + "__" + exporter:
            continue
        try:
            e, n = one(name, arch, exporter, opset, size, args.out)
        except Exception as problem:
            print("FAILED", name, exporter, opset, type(problem).__name__, " ".join(str(problem).split())[:300])
            continue
        entries.append(e)
        ops.update(n)
        print(json.dumps(e), (args.out / e["file"]).stat().st_size, flush=True)
        print("   ", dict(n.most_common()), flush=True)
    if not args.only:
        with open(args.out / "manifest.json", "w") as f:
            f.write("[\n" + ",\n".join(json.dumps(e) for e in entries) + "\n]\n")
    print(dict(ops.most_common()))


if __name__ == "__main__":
    sys.exit(main())
