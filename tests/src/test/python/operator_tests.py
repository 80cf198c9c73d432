"""Packs ONNX's operator tests into one archive: tests/data/operator-tests.zip, which the conformance tests read.

    python3 tests/src/test/python/operator_tests.py DATA -o tests/data/operator-tests.zip

DATA is a folder in the layout of ONNX's own backend tests, <kind>/<test>/model.onnx with
test_data_set_<i>/{input,output}_<j>.pb beside it, as Debian's package libonnx-testdata installs it in
/usr/share/libonnx-testdata/data. To these come, as kind node-<version>, the node tests of the Python package onnx that is
installed, if they are of an opset from 18 to 26: what is newer than DATA. Large tests are left out and named. The archive is
the same, byte for byte, for the same tests.
"""
import argparse
import pathlib
import zipfile

import numpy
import onnx
import onnx.backend.test.case.node
from onnx import numpy_helper

MOST_BYTES = {"folder": 50_000, "package": 8_000}
"""A test of more is left out: all its files together. What it shows, smaller or older tests of the same operator show too."""
OPSETS = range(18, 27)
LATEST_IR = 13


def folder_tests(data):
    """(name, {file: bytes}) of each test in a folder."""
    for model in sorted(data.glob("*/*/model.onnx")):
        test = model.parent
        files = sorted(path for path in test.rglob("*") if path.is_file())
        yield test.relative_to(data).as_posix(), {f.relative_to(test).as_posix(): f.read_bytes() for f in files}


def is_packed(model):
    opsets = [imported.version for imported in model.opset_import if imported.domain == ""]
    return len(opsets) == 1 and opsets[0] in OPSETS and model.ir_version <= LATEST_IR


def package_tests():
    """The same for the node tests of the installed package; values that are no tensors are left out, as no test reads them."""
    kind = "node-" + ".".join(onnx.__version__.split(".")[:2])
    for case in sorted(onnx.backend.test.case.node.collect_testcases(None), key=lambda case: case.name):
        if not is_packed(case.model):
            continue
        files = {"model.onnx": case.model.SerializeToString(deterministic=True)}
        for i, data_set in enumerate(case.data_sets):
            for which, values, infos in zip(("input", "output"), data_set, (case.model.graph.input, case.model.graph.output)):
                for j, (value, info) in enumerate(zip(values, infos)):
                    if info.type.WhichOneof("value") != "tensor_type":
                        continue
                    tensor = value if isinstance(value, onnx.TensorProto) else numpy_helper.from_array(numpy.asarray(value))
                    files[f"test_data_set_{i}/{which}_{j}.pb"] = tensor.SerializeToString(deterministic=True)
        yield f"{kind}/{case.name}", files


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("-o", "--output", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    packed, left_out = 0, []
    with zipfile.ZipFile(arguments.output, "w") as archive:
        tests = [("folder", *test) for test in folder_tests(arguments.data)] + [("package", *test) for test in package_tests()]
        for source, name, files in tests:
            size = sum(map(len, files.values()))
            if size > MOST_BYTES[source]:
                left_out.append(f"{name} ({size:,} bytes)")
                continue
            packed += 1
            for file, content in files.items():
                entry = zipfile.ZipInfo(f"{name}/{file}")
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, content, compresslevel=9)
    print(f"{packed} tests in {arguments.output}, {arguments.output.stat().st_size:,} bytes")
    print(f"{len(left_out)} are larger than {MOST_BYTES} bytes and left out: " + ", ".join(left_out))


if __name__ == "__main__":
    main()
