"""Puts `repfold convert --precision int8` beside onnxruntime's own static quantizer on six networks from PyTorch.

Run (needs torch, torchvision, timm, onnx, onnxruntime, numpy):

    python quantize_networks.py REPFOLD FOLDER [--more NAME=MODEL.onnx ...] [--only NAME ...] [--rounds N]

REPFOLD is the launcher.  FOLDER keeps networks, samples and results; what is there already is not made anew.  The
networks are two classifiers, two detectors (boxes and scores in one output, and apart), a segmenter and a regressor,
trained for some steps on images of shapes that the script draws, so that their outputs follow their inputs.  Both
quantizers start from the same file, folded (the peer does not merge branches), and calibrate on the same 32 images;
the table is of 32 others.  Errors are root mean squares as a fraction of each column's range, the worst column of the
worst output; times are medians of single runs on one thread, the three models in turn.
"""
import argparse
import json
import os
import subprocess

import numpy as np
import onnxruntime as ort
import without_torchvision_ops  # noqa: F401  torchvision asks for its compiled ops otherwise
import timm
import torch
import torchvision
from torch import nn

from onnxruntime.quantization import QuantFormat, QuantType, quant_pre_process, quantize_static
from peer_quantize import Reader, medians, session

SIZE = 128
STEPS = 150
COUNT = 32


def images(seed, count):
    """Rectangles and discs of any color over a gradient; the largest one's class, box and mask."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
    pictures, classes, boxes, masks = [], [], [], []
    for _ in range(count):
        a, b = random.normal(size=2)
        picture = np.repeat(((a * x + b * y) / SIZE)[None], 3, 0)
        width, height = random.integers(24, 72, 2)
        left, top = random.integers(0, SIZE - width), random.integers(0, SIZE - height)
        label = int(random.integers(0, 8))
        inside = (x >= left) & (x < left + width) & (y >= top) & (y < top + height)
        if label % 2:
            inside = ((x - left - width / 2) / width) ** 2 + ((y - top - height / 2) / height) ** 2 < 0.25
        color = np.array([label & 1, label >> 1 & 1, label >> 2 & 1], np.float32) * 2 - 1
        picture = np.where(inside[None], color[:, None, None], picture)
        pictures.append(picture + random.normal(size=picture.shape) * 0.1)
        classes.append(label)
        boxes.append([left + width / 2, top + height / 2, width, height])
        masks.append(np.where(inside, label + 1, 0))
    return (
        torch.tensor(np.array(pictures), dtype=torch.float32),
        torch.tensor(classes),
        torch.tensor(np.array(boxes), dtype=torch.float32),
        torch.tensor(np.array(masks)),
    )


def block(channels, out, stride=1):
    return nn.Sequential(
        nn.Conv2d(channels, out, 3, stride, 1, bias=False), nn.BatchNorm2d(out), nn.SiLU(inplace=True)
    )


class Detector(nn.Module):
    """A grid of anchors: a box in pixels, and a score for each of eight classes."""

    def __init__(self, body, channels, joined):
        super().__init__()
        self.body, self.joined = body, joined
        self.box = nn.Sequential(block(channels, 64), nn.Conv2d(64, 4, 1))
        self.score = nn.Sequential(block(channels, 64), nn.Conv2d(64, 8, 1))

    def forward(self, x):
        features = self.body(x)
        boxes = self.box(features).sigmoid().flatten(2) * SIZE
        scores = self.score(features).sigmoid().flatten(2)
        return torch.cat([boxes, scores], 1) if self.joined else (boxes.transpose(1, 2), scores.transpose(1, 2))


class Pyramid(nn.Module):
    def __init__(self):
        super().__init__()
        self.stages = nn.Sequential(block(3, 16, 2), block(16, 32, 2), block(32, 64, 2), block(64, 96, 2))
        self.more = nn.Sequential(block(96, 96), block(96, 96))

    def forward(self, x):
        x = self.stages(x)
        return x + self.more(x)


class Pose(nn.Module):
    """Three angles in degrees."""

    def __init__(self):
        super().__init__()
        self.body = timm.create_model("efficientnet_lite0", num_classes=3)

    def forward(self, x):
        return 20 * self.body(x)


class Masks(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = torchvision.models.segmentation.lraspp_mobilenet_v3_large(weights=None, weights_backbone=None, num_classes=9)

    def forward(self, x):
        return self.body(x)["out"]


def detector_loss(outputs, data):
    _, classes, boxes, _ = data
    if torch.is_tensor(outputs):
        found, scores = outputs[:, :4], outputs[:, 4:]
    else:
        found, scores = (o.transpose(1, 2) for o in outputs)
    side = int(found.shape[2] ** 0.5)
    cell = (boxes[:, 1] * side / SIZE).long() * side + (boxes[:, 0] * side / SIZE).long()
    row = torch.arange(len(cell))
    wanted = torch.zeros_like(scores)
    wanted[row, classes, cell] = 1
    weight = 1 + 40 * wanted
    return nn.functional.binary_cross_entropy(scores, wanted, weight) + (found[row, :, cell] - boxes).abs().mean() / 20


def angles(boxes):
    return torch.stack([boxes[:, 0] - 64, boxes[:, 1] - 64, boxes[:, 2] - boxes[:, 3]], 1)


def networks():
    features = timm.create_model("mobilenetv2_100", features_only=True, out_indices=[3])
    return {
        "resnet18": (torchvision.models.resnet18(num_classes=8), lambda o, d: nn.functional.cross_entropy(o, d[1])),
        "mobilenet_v3_small": (
            torchvision.models.mobilenet_v3_small(num_classes=8),
            lambda o, d: nn.functional.cross_entropy(o, d[1]),
        ),
        "detector, one output": (Detector(Pyramid(), 96, True), detector_loss),
        "detector, apart": (Detector(First(features), 96, False), detector_loss),
        "lraspp_mobilenet_v3_large": (Masks(), lambda o, d: nn.functional.cross_entropy(o, d[3])),
        "efficientnet_lite0, angles": (Pose(), lambda o, d: (o - angles(d[2])).abs().mean() / 20),
    }


class First(nn.Module):
    def __init__(self, body):
        super().__init__()
        self.body = body

    def forward(self, x):
        return self.body(x)[0]


def train(network, loss):
    optimizer = torch.optim.AdamW(network.parameters(), 2e-3)
    network.train()
    for step in range(STEPS):
        data = images(step, 16)
        value = loss(network(data[0]), data)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
    # the statistics lag behind by some steps
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = None
            layer.reset_running_stats()
    with torch.no_grad():
        for step in range(20):
            network(images(10_000 + step, 16)[0])
    return float(value.detach())


def write_samples(folder, seed):
    os.makedirs(folder, exist_ok=True)
    samples = images(seed, COUNT)[0].numpy()
    for i, sample in enumerate(samples):
        np.save(os.path.join(folder, f"{i:03}.npy"), sample[None])
    return [sample[None] for sample in samples]


def error(reference, candidate, samples):
    """The worst column's error by its range, and the worst output's decibels."""
    name = reference.get_inputs()[0].name
    wanted = [reference.run(None, {name: s}) for s in samples]
    found = [candidate.run(None, {name: s}) for s in samples]
    worst, decibels = 0, float("inf")
    for output in range(len(wanted[0])):
        a = np.concatenate([w[output] for w in wanted]).astype(np.float64)
        b = np.concatenate([f[output] for f in found]).astype(np.float64)
        energy, off = (a**2).sum(), ((a - b) ** 2).sum()
        decibels = min(decibels, 10 * np.log10(energy / off) if off else float("inf"))
        axis = 1 if a.ndim != 3 or a.shape[1] < a.shape[2] else 2
        for column in range(a.shape[axis]):
            x, y = a.take(column, axis), b.take(column, axis)
            worst = max(worst, np.sqrt(((x - y) ** 2).mean()) / max(np.ptp(x), 1e-12))
    return worst, decibels


def convert(repfold, model, ours, data, *more):
    command = [repfold, "convert", model, "-o", ours, "--precision", "int8", "--data", data, "--json", *more]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode not in (0, 3):
        raise SystemExit(run.stderr)
    return json.loads(run.stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("repfold")
    parser.add_argument("folder")
    parser.add_argument("--more", nargs="*", default=[])
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--rounds", type=int, default=60)
    args = parser.parse_args()
    torch.manual_seed(1)
    os.makedirs(args.folder, exist_ok=True)
    calibration = write_samples(os.path.join(args.folder, "calibration"), 50_000)
    held_out = write_samples(os.path.join(args.folder, "held-out"), 60_000)
    files = {}
    for name, (network, loss) in networks().items():
        path = os.path.join(args.folder, name.replace(", ", "-").replace(" ", "-") + ".onnx")
        files[name] = path
        if not os.path.exists(path) and (not args.only or name in args.only):
            last = train(network, loss)
            network.eval()
            torch.onnx.export(network, calibration_tensor(calibration), path, opset_version=17, dynamo=False)
            print(f"{name}: trained for {STEPS} steps, loss {last:.3f}", flush=True)
    files.update(pair.split("=", 1) for pair in args.more)
    print("| network | layers in integers (also with --measure) | error, repfold | onnxruntime | dB, repfold | onnxruntime | time of float32, repfold | onnxruntime |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, path in files.items():
        if args.only and name not in args.only:
            continue
        row(name, path, args, calibration, held_out)


def calibration_tensor(samples):
    return torch.tensor(samples[0])


def row(name, path, args, calibration, held_out):
    base = os.path.splitext(path)[0] if path.startswith(args.folder) else os.path.join(args.folder, name)
    folded, ours, theirs = base + ".folded.onnx", base + ".ours.onnx", base + ".theirs.onnx"
    subprocess.run([args.repfold, "fold", path, "-o", folded], check=True, capture_output=True)
    report = convert(args.repfold, folded, ours, os.path.join(args.folder, "calibration"))
    measured = convert(args.repfold, folded, base + ".measured.onnx", os.path.join(args.folder, "calibration"), "--measure")
    prepared = base + ".prepared.onnx"
    quant_pre_process(folded, prepared, skip_symbolic_shape=True)
    quantize_static(
        prepared,
        theirs,
        Reader(session(folded, 1).get_inputs()[0].name, calibration),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
    )
    layers = report["conversion"]["layers"]
    kept = sum(layer["quantized"] for layer in layers)
    paths = {"float32": folded, "theirs": theirs}
    if report["holds"]:
        paths["ours"] = ours
    if measured["holds"]:
        paths["measured"] = base + ".measured.onnx"
    sessions = {label: session(p, 1) for label, p in paths.items()}
    times = medians(sessions, held_out[0], args.rounds)
    cells = {}
    for label in ("ours", "measured", "theirs"):
        if label in sessions:
            off, decibels = error(sessions["float32"], sessions[label], held_out)
            cells[label] = (f"{off:.4f}", f"{decibels:.1f}", f"{times[label] / times['float32']:.2f}")
        else:
            cells[label] = ("refused", "", "")
    a, m, b = cells["ours"], cells["measured"], cells["theirs"]
    left = sum(layer["quantized"] for layer in measured["conversion"]["layers"])
    print(
        f"| {name} | {kept}, {left} of {len(layers)} | {a[0]}, {m[0]} | {b[0]} | {a[1]}, {m[1]} | {b[1]} | {a[2]}, {m[2]} | {b[2]} |",
        flush=True,
    )


if __name__ == "__main__":
    print(f"onnxruntime {ort.__version__}, torch {torch.__version__}")
    main()
