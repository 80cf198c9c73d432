"""Segments images as a plain script does: one image after the other, PIL and onnxruntime.

Run (needs onnxruntime, numpy and PIL):

    python peer_segment.py MODEL.onnx IMAGES MASKS [--mean M,M,M] [--std S,S,S] [--threads N]
    python peer_segment.py --compare MASKS OTHERS
    python peer_segment.py --draw IMAGES N

MODEL takes float32 [N, 3, H, W] and gives scores [N, classes, h, w].  An image goes through a model of open size at its
own size, padded with zeros to a multiple of --multiple, and is scaled to the size of one of a fixed size; scores are
scaled to the image, by PIL.  Scaling is bilinear between pixel centers without smoothing (ONNX Resize, half_pixel), which
PIL does only where it enlarges.  Masks are
paletted PNG files with the colors of PASCAL VOC.  Mean and standard deviation are those of the model's metadata
(repfold.mean, repfold.std) unless they are given.  Says how long each part took, in seconds.

--compare says how many masks of two folders differ, and in how many pixels.  --draw makes N JPEGs of 1280x720 that are
about as large as photographs: smooth random fields of several sizes, and a little noise.
"""
import argparse
import os
import time

import numpy as np
from PIL import Image


def images(folder):
    return [n for n in sorted(os.listdir(folder)) if n.lower().endswith((".png", ".jpg", ".jpeg"))]


def voc():
    colors = np.zeros((256, 3), np.uint8)
    for label in range(256):
        for bit in range(8):
            colors[label, bit % 3] |= (label >> bit & 1) << 7 - bit // 3
    return colors.ravel().tolist()


def positions(source, target):
    at = np.clip((np.arange(target) + 0.5) * source / target - 0.5, 0, source - 1)
    low = at.astype(np.int64)
    return low, np.minimum(low + 1, source - 1), (at - low).astype(np.float32)


def scaled(values, height, width):
    """values: [C, h, w]."""
    low, high, share = positions(values.shape[1], height)
    values = values[:, low] * (1 - share)[:, None] + values[:, high] * share[:, None]
    low, high, share = positions(values.shape[2], width)
    return values[:, :, low] * (1 - share) + values[:, :, high] * share


def enlarged(scores, height, width):
    """scores: [C, h, w]."""
    if scores.shape[1:] == (height, width):
        return scores
    return np.stack([np.asarray(Image.fromarray(c).resize((width, height), Image.BILINEAR)) for c in scores])


def segment(args):
    import onnxruntime as ort

    options = ort.SessionOptions()
    if args.threads:
        options.intra_op_num_threads = args.threads
    session = ort.InferenceSession(args.paths[0], options, providers=["CPUExecutionProvider"])
    port = session.get_inputs()[0]
    known = session.get_modelmeta().custom_metadata_map

    def colors(given, key, usual):
        return np.array([float(v) for v in (given or known.get(key, usual)).strip("[]").split(",")], np.float32)

    mean = colors(args.mean, "repfold.mean", "0.485,0.456,0.406")
    deviation = colors(args.std, "repfold.std", "0.229,0.224,0.225")
    palette = voc()
    seconds = dict.fromkeys(("decode", "prepare", "run", "post-process", "encode"), 0.0)
    os.makedirs(args.paths[2], exist_ok=True)
    for name in images(args.paths[1]):
        clock = [time.perf_counter()]
        image = np.asarray(Image.open(os.path.join(args.paths[1], name)).convert("RGB"))
        clock.append(time.perf_counter())
        height, width = image.shape[:2]
        x = image.transpose(2, 0, 1)
        fixed = all(isinstance(side, int) for side in port.shape[2:])
        if fixed:
            x = scaled(x.astype(np.float32), *port.shape[2:])
        x = (x.astype(np.float32) / np.float32(255) - mean[:, None, None]) / deviation[:, None, None]
        down, right = (0, 0) if fixed else (-height % args.multiple, -width % args.multiple)
        x = np.pad(x, ((0, 0), (0, down), (0, right)))
        clock.append(time.perf_counter())
        scores = session.run(None, {port.name: x[None]})[0][0]
        clock.append(time.perf_counter())
        scores = enlarged(scores, height + down, width + right)[:, :height, :width]
        mask = Image.fromarray(scores.argmax(axis=0).astype(np.uint8))
        clock.append(time.perf_counter())
        mask.putpalette(palette)
        mask.save(os.path.join(args.paths[2], os.path.splitext(name)[0] + ".png"))
        clock.append(time.perf_counter())
        for i, stage in enumerate(seconds):
            seconds[stage] += clock[i + 1] - clock[i]
    print("  ".join(f"{stage} {passed:.2f}" for stage, passed in seconds.items()))


def draw(folder, count):
    os.makedirs(folder, exist_ok=True)
    height, width = 720, 1280
    for i in range(count):
        random = np.random.default_rng(i)

        def field(cells):
            values = random.normal(size=(cells * height // width + 2, cells + 2)).astype(np.float32)
            return np.asarray(Image.fromarray(values).resize((width, height), Image.BICUBIC))

        base = sum(field(c) * a for c, a in ((4, 50), (12, 30), (40, 18), (150, 9), (500, 4)))
        channels = [
            128 + base + sum(field(c) * a for c, a in ((3, 30), (10, 15), (60, 5))) + 2 * random.normal(size=base.shape)
            for _ in range(3)
        ]
        image = Image.fromarray(np.clip(np.stack(channels, -1), 0, 255).astype(np.uint8))
        image.save(os.path.join(folder, f"p{i:03}.jpg"), quality=90)


def compare(one, other):
    names = images(one)
    if names != images(other):
        raise SystemExit(f"{one} and {other} hold masks of other names")
    differing = [
        int((np.asarray(Image.open(os.path.join(one, n))) != np.asarray(Image.open(os.path.join(other, n)))).sum())
        for n in names
    ]
    print(f"{len(names)} masks, {sum(d > 0 for d in differing)} differ, in {sum(differing)} pixels")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--mean")
    parser.add_argument("--std")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--multiple", type=int, default=1)
    parser.add_argument("--compare", action="store_true")
    parser.add_argument("--draw", action="store_true")
    args = parser.parse_args()
    if args.compare:
        compare(*args.paths)
    elif args.draw:
        draw(args.paths[0], int(args.paths[1]))
    else:
        segment(args)


main()
