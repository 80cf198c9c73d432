"""Packs ONNX's operator tests into one archive: tests/data/operator-tests.zip, which the conformance tests read.

    python3 tests/src/test/python/operator_tests.py DATA [DATA ...] -o tests/data/operator-tests.zip

DATA is a folder in the layout of ONNX's own backend tests, <kind>/<test>/model.onnx with
test_data_set_<i>/{input,output}_<j>.pb beside it, as Debian's package libonnx-testdata installs it in
/usr/share/libonnx-testdata/data. Large tests are left out and named. The archive is the same, byte for byte, for the same
tests.
"""
import argparse
import pathlib
import sys
import zipfile

MOST_BYTES = 50_000
"""A test of more is left out: all its files together. What it shows, smaller tests of the same operator show too."""


def files_of(test):
    return sorted(path for path in test.rglob("*") if path.is_file())


def tests_in(data):
    return sorted(model.parent for model in data.glob("*/*/model.onnx"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="+", type=pathlib.Path)
    parser.add_argument("-o", "--output", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    names, left_out = set(), []
    with zipfile.ZipFile(arguments.output, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for data in arguments.data:
            for test in tests_in(data):
                name = test.relative_to(data).as_posix()
                if name in names:
                    sys.exit(f"{test}: a test of this name is packed already")
                files = files_of(test)
                size = sum(file.stat().st_size for file in files)
                if size > MOST_BYTES:
                    left_out.append(f"{name} ({size:,} bytes)")
                    continue
                names.add(name)
                for file in files:
                    entry = zipfile.ZipInfo(f"{name}/{file.relative_to(test).as_posix()}")
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    archive.writestr(entry, file.read_bytes(), compresslevel=9)
    print(f"{len(names)} tests in {arguments.output}, {arguments.output.stat().st_size:,} bytes")
    print(f"{len(left_out)} left out, larger than {MOST_BYTES:,} bytes: " + ", ".join(left_out))


if __name__ == "__main__":
    main()
