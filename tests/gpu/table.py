"""What run.sh measured, with PyTorch and the roofline beside it, as a table of Markdown.

    table.py FOLDER
"""

import json
import sys
from pathlib import Path

# Of the float products beside which a form is put; there is no peer for int8.
PRECISIONS = {"half": "fp16", "tf32": "tf32", "folded": "fp32", "plain": "fp32"}
READINGS = ["clock", "memoryClock", "watts", "celsius", "mebibytes"]


def lines(folder, name):
    path = Path(folder, name)
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def readings(folder):
    """What nvidia-smi said during each step: the median of clocks, the largest of all else."""
    path, steps = Path(folder, "device.csv"), {}
    for line in path.read_text().splitlines() if path.exists() else []:
        step, _, *values = (cell.strip() for cell in line.split(","))
        try:
            steps.setdefault(step, []).append([float(v) for v in values])
        except ValueError:
            continue  # "[N/A]", where a driver does not tell
    found = {}
    for step, rows in steps.items():
        columns = dict(zip(READINGS, zip(*rows)))
        found[step] = {name: sorted(c)[len(c) // 2] if "lock" in name else max(c) for name, c in columns.items()}
    return found


def table(folder):
    """One row for each plan; times are medians, those of computing by the GPU's clock."""
    peers = {(p["model"], p["precision"], p["form"]): p for p in lines(folder, "peers.jsonl") if p["what"] == "pytorch"}
    bounds = {p["model"]: p for p in lines(folder, "peers.jsonl") if p["what"] == "roofline"}
    plans = {b["step"].removesuffix(".constants").removeprefix("compile."): b["manifest"]["bytes"] for b in lines(folder, "builds.jsonl")}
    device = readings(folder)
    print("| network | input | form | compute ms | with copies ms | images/s | of the roofline | PyTorch eager ms | compiled ms"
          " | plan MB | GPU MiB | MHz | W | \u00b0C |")
    print("|" + " --- |" * 14)
    for bench in lines(folder, "bench.jsonl"):
        what, id = bench["step"].split(".", 1)
        if what != "bench":
            continue
        network, shape, form = id.split(".")
        timing = bench["benchmarks"][0]["timings"][0]
        compute = timing["stages"]["compute"]["median"]
        model, precision = f"{network}{'' if form == 'plain' else '-folded'}.{shape}", PRECISIONS.get(form)
        least = bounds[model]["leastMs"].get(precision) if model in bounds else None
        eager, compiled = (peers.get((model, precision, f), {}).get("computeMs", {}).get("median") for f in ("eager", "compiled"))
        read = device.get(bench["step"], {})
        cells = [network, shape, form, figure(compute), figure(timing["milliseconds"]["median"]),
                 f"{int(shape.split('x')[0]) * 1e3 / timing['milliseconds']['median']:.0f}",
                 "" if least is None else f"{100 * least / compute:.0f} %", figure(eager), figure(compiled),
                 figure(plans[id] / 1e6, 1) if id in plans else "",
                 *(figure(read.get(r), 0) for r in ("mebibytes", "clock", "watts", "celsius"))]
        print("| " + " | ".join(cells) + " |")


def figure(value, digits=3):
    return "" if value is None else f"{value:.{digits}f}"


if __name__ == "__main__":
    table(sys.argv[1])
