"""Compares a quantized model of ours with what onnxruntime's own static quantizer makes of the same model.

Run (needs onnx, onnxruntime, numpy, and PIL for images):

    python peer_quantize.py FLOAT.onnx OURS.onnx --data CALIBRATION --held-out SAMPLES
        [--size HxW] [--mean M,M,M] [--std S,S,S] [--threshold T] [--limit N] [--rounds N] [--threads N]
        [--per-tensor] [--reduce-range] [--save FILE]

FLOAT.onnx is the float32 model that both start from (folded: the peer does not merge branches).  CALIBRATION and
SAMPLES are folders of .npy files or of images, which are brought to the size and normalized as the network expects.
The peer quantizes in QDQ format, weights int8 per channel, activations uint8, min-max, which is what its documentation
recommends for this CPU; --peer-method entropy or percentile chooses another.

Both are compared with FLOAT.onnx on SAMPLES only, which neither has seen: the share of positions with the same greatest
channel (outputs with several channels) or on the same side of the threshold (outputs with one), and the energy of the
outputs against that of their error.  Times are medians of single runs, the three models in turn.
"""
import argparse
import collections
import json
import os
import tempfile
import time

import numpy as np
import onnx
import onnxruntime as ort
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quant_pre_process,
    quantize_static,
)


def load(folder, args):
    samples = []
    for name in sorted(os.listdir(folder))[: args.limit]:
        path = os.path.join(folder, name)
        if name.endswith(".npy"):
            samples.append(np.load(path).astype(np.float32))
        elif name.lower().endswith((".png", ".jpg", ".jpeg")):
            from PIL import Image

            image = Image.open(path).convert("RGB")
            if args.size:
                height, width = (int(v) for v in args.size.split("x"))
                image = image.resize((width, height), Image.BILINEAR)
            values = np.asarray(image, np.float32) / 255
            values = (values - floats(args.mean)) / floats(args.std)
            samples.append(np.ascontiguousarray(values.transpose(2, 0, 1)[None]).astype(np.float32))
    if not samples:
        raise SystemExit(f"{folder}: holds no .npy file and no image")
    return samples


def floats(text):
    return np.array([float(v) for v in text.split(",")], np.float32)


def session(path, threads, dump=None):
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    if dump:
        options.optimized_model_filepath = dump
    return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])


class Reader(CalibrationDataReader):
    def __init__(self, name, samples):
        self.feeds = iter([{name: sample} for sample in samples])

    def get_next(self):
        return next(self.feeds, None)


def decide(output, threshold):
    if output.dtype.kind != "f":
        return output
    return output.argmax(1) if output.ndim > 1 and output.shape[1] > 1 else output > threshold


def compare(reference, candidate, samples, threshold):
    name = reference.get_inputs()[0].name
    same = total = 0
    signal = error = 0.0
    for sample in samples:
        for wanted, found in zip(reference.run(None, {name: sample}), candidate.run(None, {name: sample})):
            equal = decide(wanted, threshold) == decide(found, threshold)
            same += int(equal.sum())
            total += equal.size
            signal += float((wanted.astype(np.float64) ** 2).sum())
            error += float(((wanted.astype(np.float64) - found) ** 2).sum())
    return same / total, 10 * np.log10(signal / error) if error else float("inf")


def medians(sessions, sample, rounds):
    times = collections.defaultdict(list)
    for _ in range(rounds):
        for label, one in sessions.items():
            name = one.get_inputs()[0].name
            start = time.perf_counter()
            one.run(None, {name: sample})
            times[label].append(time.perf_counter() - start)
    return {label: float(np.median(values[rounds // 10 :])) for label, values in times.items()}


def integer_ops(path, threads):
    with tempfile.TemporaryDirectory() as folder:
        dump = os.path.join(folder, "optimized.onnx")
        session(path, threads, dump)
        counts = collections.Counter(node.op_type for node in onnx.load(dump).graph.node)
    return {op: n for op, n in sorted(counts.items()) if op.startswith("QLinear") or "Integer" in op or op == "QGemm"}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("ours")
    parser.add_argument("--data", required=True)
    parser.add_argument("--held-out", required=True)
    parser.add_argument("--size")
    parser.add_argument("--mean", default="0.485,0.456,0.406")
    parser.add_argument("--std", default="0.229,0.224,0.225")
    parser.add_argument("--threshold", type=float, default=0.5)
    parser.add_argument("--limit", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--peer-method", default="minmax", choices=["minmax", "entropy", "percentile"])
    parser.add_argument("--per-tensor", action="store_true", help="one scale for all channels of a weight")
    parser.add_argument("--reduce-range", action="store_true", help="weights and activations in 7 bits")
    parser.add_argument("--save", help="where to keep the peer's model")
    args = parser.parse_args()

    calibration, held_out = load(args.data, args), load(args.held_out, args)
    with tempfile.TemporaryDirectory() as folder:
        prepared = os.path.join(folder, "prepared.onnx")
        theirs = args.save or os.path.join(folder, "peer.onnx")
        quant_pre_process(args.model, prepared, skip_symbolic_shape=True)
        quantize_static(
            prepared,
            theirs,
            Reader(session(args.model, args.threads).get_inputs()[0].name, calibration),
            quant_format=QuantFormat.QDQ,
            per_channel=not args.per_tensor,
            reduce_range=args.reduce_range,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method={
                "minmax": CalibrationMethod.MinMax,
                "entropy": CalibrationMethod.Entropy,
                "percentile": CalibrationMethod.Percentile,
            }[args.peer_method],
        )
        paths = {"float32": args.model, "ours": args.ours, "onnxruntime": theirs}
        sessions = {label: session(path, args.threads) for label, path in paths.items()}
        times = medians(sessions, held_out[0], args.rounds)
        rows = {}
        for label, path in paths.items():
            agreement, decibels = compare(sessions["float32"], sessions[label], held_out, args.threshold)
            rows[label] = {
                "agreement": agreement,
                "decibels": decibels,
                "milliseconds": 1e3 * times[label],
                "of_float32": times[label] / times["float32"],
                "integer_ops": integer_ops(path, args.threads),
            }
    print(f"onnxruntime {ort.__version__}, {len(calibration)} samples to calibrate, {len(held_out)} held out")
    for label, row in rows.items():
        print(
            f"{label:12} agreement {row['agreement']:.4f}  {row['decibels']:6.2f} dB  {row['milliseconds']:7.2f} ms"
            f"  {row['of_float32']:.2f} of float32  {json.dumps(row['integer_ops'])}"
        )


if __name__ == "__main__":
    main()
