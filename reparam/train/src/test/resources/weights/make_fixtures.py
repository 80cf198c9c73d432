"""Writes the files of weights that the tests read, with PyTorch, NumPy and safetensors.

    python make_fixtures.py FOLDER

Everything but expected.json is written by the frameworks themselves. expected.json holds what they
read back: for each file the names in order, with type, shape and values.
"""

import argparse
import collections
import io
import json
import os
import pathlib
import pickle
import sys
import zipfile

import numpy as np
import safetensors.torch
import torch
from torch import nn
from torch.utils.serialization import config as serialization

FOLDER = pathlib.Path(sys.argv[1])
EXPECTED = {}
ONNX_NAMES = {
    torch.float16: "FLOAT16", torch.bfloat16: "BFLOAT16", torch.float32: "FLOAT",
    torch.float64: "DOUBLE", torch.int8: "INT8", torch.int16: "INT16", torch.int32: "INT32",
    torch.int64: "INT64", torch.uint8: "UINT8", torch.uint16: "UINT16", torch.bool: "BOOL",
}
NUMPY_NAMES = {"f2": "FLOAT16", "f4": "FLOAT", "f8": "DOUBLE", "i8": "INT64", "u1": "UINT8",
               "i4": "INT32", "b1": "BOOL", "u2": "UINT16"}


def expect(name, tensors):
    entries = []
    for key, value in tensors.items():
        if isinstance(value, torch.Tensor):
            dtype = ONNX_NAMES[value.dtype]
        else:
            dtype = NUMPY_NAMES[value.dtype.str[1:]]
        values = value.reshape(-1).tolist()
        entries.append([key, dtype, list(value.shape), [float(v) for v in values]])
    EXPECTED[name] = entries


def save(name, value, tensors, **options):
    torch.save(value, FOLDER / name, **options)
    expect(name, tensors)


def types():
    tensors = collections.OrderedDict()
    for dtype in ONNX_NAMES:
        values = torch.arange(6).reshape(2, 3) % 2 if dtype == torch.bool else (
            torch.arange(6).reshape(2, 3) * 3 - (0 if dtype in (torch.uint8, torch.uint16) else 7))
        tensors[str(dtype)] = values.to(dtype)
    tensors["large"] = torch.tensor([2**53 - 1, -(2**40)])
    tensors["wide16"] = torch.tensor([258, -2, 30000], dtype=torch.int16)
    tensors["number"] = torch.tensor(2.5)
    tensors["empty"] = torch.zeros(0, 3)
    return tensors


def views():
    base = torch.arange(24.0).reshape(2, 3, 4) + 0.25
    return collections.OrderedDict(
        base=base,
        transposed=base.permute(2, 0, 1),
        rows=base[:, 1:],
        tail=base[1],
        columns=base[..., 1::2],
        even_columns=base[..., ::2],
        windows=base.as_strided((3, 4), (1, 1), 2),
        expanded=base[0, :, :1].expand(3, 5),
        repeated=base[1, 2, 3].expand(2, 2),
        number=base[1, 2, 1],
        again=base,
        channels_last=torch.arange(16.0).reshape(1, 2, 2, 4).to(memory_format=torch.channels_last),
        one=torch.arange(6.0).reshape(2, 3)[:, :1],
        halves=torch.arange(10).to(torch.float16)[3:9:2],
    )


class Gate(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.arange(2.0))
        self.register_buffer("kept", torch.tensor([4.0]))
        self.register_buffer("dropped", torch.tensor([5.0]), persistent=False)
        self.register_parameter("absent", None)
        self.activation = nn.functional.relu
        self.path = pathlib.PurePosixPath("/data")


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 2, 1, bias=False), nn.BatchNorm2d(2), Gate())
        self.head = nn.Linear(2, 2)
        self.tied = self.head
        self.none = None


def model():
    net = Net()
    for i, p in enumerate(net.parameters()):
        p.data = torch.arange(float(p.numel())).reshape(p.shape) + 10 * i
    return net


def swapped(name, source, tensors):
    """The file as a machine with the other byte order writes it."""
    sizes = {}

    class Sizes(pickle.Unpickler):
        def persistent_load(self, key):
            storage = key[1]
            if key[2] not in sizes:
                sizes[key[2]] = getattr(storage, "dtype", torch.uint8).itemsize
            return torch.storage.TypedStorage(
                wrap_storage=torch.UntypedStorage(1 << 10), dtype=getattr(storage, "dtype", torch.uint8),
                _internal=True)

    with zipfile.ZipFile(io.BytesIO((FOLDER / source).read_bytes())) as old:
        pickled = [n for n in old.namelist() if n.endswith("data.pkl")][0]
        folder = pickled[: -len("data.pkl")]
        Sizes(io.BytesIO(old.read(pickled))).load()
        with zipfile.ZipFile(FOLDER / name, "w") as new:
            for entry in old.namelist():
                data = old.read(entry)
                if entry == folder + "byteorder":
                    data = b"big"
                if entry.startswith(folder + "data/"):
                    size = sizes[entry[len(folder + "data/"):]]
                    data = np.frombuffer(data, f"u{size}").byteswap().tobytes()
                new.writestr(entry, data)
    read = torch.load(FOLDER / name)
    for key, value in tensors.items():
        assert torch.equal(read[key], value), key
    expect(name, tensors)


def zip64(name, source, tensors):
    """The file with the sizes and places of its entries in 64 bits, as beyond 4 GiB."""
    zipfile.ZIP64_LIMIT = 1
    with zipfile.ZipFile(FOLDER / source) as old, zipfile.ZipFile(FOLDER / name, "w") as new:
        for entry in old.namelist():
            new.writestr(entry, old.read(entry))
    expect(name, tensors)


def paddle():
    arrays = {
        "conv.weight": np.arange(12, dtype="float32").reshape(3, 4) * 0.5 - 1,
        "conv.bias": np.array([200, -1, 0], dtype="float32"),
        "bn._mean": np.asfortranarray(np.arange(6, dtype="float64").reshape(2, 3)),
        "big": (np.arange(4, dtype="float32") + 0.5).astype(">f4"),
        "half": np.arange(3, dtype="float16"),
        "count": np.array(7, dtype="int64"),
        "bytes": np.arange(250, 256, dtype="uint8"),
        "long": np.arange(400, dtype="int32"),
    }
    names = {key: f"p_{i}" for i, key in enumerate(arrays)}
    for protocol in (0, 1, 2, 4, 5):
        name = f"paddle_{protocol}.pdparams"
        with open(FOLDER / name, "wb") as file:
            pickle.dump({**arrays, "StructuredToParameterName@@": names}, file, protocol=protocol)
        expect(name, arrays)

    class Named:
        """As paddle.save writes a tensor: the call of tuple on its name and array."""

        def __init__(self, name, array):
            self.pair = (name, array)

        def __reduce__(self):
            return tuple, (self.pair,)

    with open(FOLDER / "paddle_named.pdparams", "wb") as file:
        pickle.dump({key: Named(names[key], a) for key, a in arrays.items()}, file, protocol=4)
    expect("paddle_named.pdparams", arrays)


class Command:
    def __reduce__(self):
        return os.system, ("touch executed",)


def no_source(thing):
    raise OSError("the old format would hold the source of each class")


def main():
    torch.serialization.get_source_lines_and_file = no_source
    FOLDER.mkdir(exist_ok=True)
    save("types.pth", types(), types())
    shared = views()
    save("views.pth", shared, shared)
    # PyTorch itself does not swap what it stores without a type.
    typed = {key: value for key, value in types().items() if value.dtype != torch.uint16}
    torch.save(typed, FOLDER / "types_big_endian.pth")
    swapped("types_big_endian.pth", "types_big_endian.pth", typed)
    swapped("views_big_endian.pth", "views.pth", shared)
    old = {"_use_new_zipfile_serialization": False}
    save("types_legacy.pth", types(), types(), **old)
    save("views_legacy.pth", shared, shared, **old)
    zip64("views_zip64.pth", "views.pth", shared)
    serialization.save.compute_crc32 = False
    save("views_without_checksums.pth", shared, shared)
    serialization.save.compute_crc32 = True
    save("views_protocol_4.pth", shared, shared, pickle_protocol=4)
    save("views_protocol_5.pth", shared, shared, pickle_protocol=5)
    net = model()
    state = net.state_dict()
    save("model.pth", net, state)
    save("model_legacy.pth", net, state, **old)
    save("state.pth", state, state)
    wrapped = {"module._orig_mod." + key: value for key, value in state.items()}
    averaged = {key: value + 1 for key, value in state.items()}
    optimizer = torch.optim.Adam(net.parameters())
    net.head(torch.ones(2)).sum().backward()
    optimizer.step()
    checkpoint = {
        "epoch": 3, "best": np.float64(0.5), "state_dict": wrapped, "ema": averaged,
        "optimizer": optimizer.state_dict(), "step": torch.tensor(9),
        "args": argparse.Namespace(lr=0.1), "history": collections.defaultdict(list),
        "path": pathlib.PurePosixPath("runs"), "device": torch.device("cpu"),
    }
    torch.save(checkpoint, FOLDER / "checkpoint.pth")
    expect("checkpoint.pth", {key.split("_orig_mod.")[1]: v for key, v in wrapped.items()})
    expect("checkpoint.pth ema", averaged)
    marked = nn.Parameter(torch.arange(3.0))
    marked.mark = "x"
    save("parameters.pth", {"plain": nn.Parameter(torch.ones(2)), "marked": marked},
         {"plain": torch.ones(2), "marked": torch.arange(3.0)})
    save("two_parts.pth", {"encoder": {"a": torch.ones(1)}, "decoder": {"b": torch.ones(1)}},
         {"b": torch.ones(1)})
    torch.jit.save(torch.jit.script(nn.Linear(1, 1)), FOLDER / "script.pt")
    contiguous = collections.OrderedDict(
        (key, v.clone(memory_format=torch.contiguous_format))
        for key, v in {**types(), **shared}.items())
    safetensors.torch.save_file(contiguous, FOLDER / "all.safetensors")
    expect("all.safetensors", contiguous)
    paddle()
    (FOLDER / "command.pkl").write_bytes(pickle.dumps({"w": Command()}, protocol=2))
    torch.save({"w": torch.ones(1), "x": Command()}, FOLDER / "command.pth")
    with open(FOLDER / "expected.json", "w") as file:
        json.dump(EXPECTED, file)


if __name__ == "__main__":
    main()
