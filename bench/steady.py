#!/usr/bin/env python3
"""Steady state: the kernels of bench/steady, natively, on wherry and on node, side by side.

    bench/steady.py PROGRAMS WORK [--rounds 5] [--plot steady.svg] [KERNEL...]

PROGRAMS is the folder of wherry's programs, WORK one for what is compiled. Each round runs every candidate of every
kernel once; a program prints the digest of its work and the CPU time of its fastest repetition. Printed are the fastest
of all rounds, and ratios. A digest that differs between candidates ends the run. See bench/README.md.
"""

import argparse
import math
import pathlib
import statistics
import subprocess
import sys

SOURCES = pathlib.Path(__file__).parent / "steady"
CLANG = ["clang-22", "-O3", "-ffp-contract=off", "-Wall", "-Wextra", "-Wno-deprecated"]
WASM = ["--target=wasm32-wasi", "-msimd128"]
NATIVE, NATIVE_V3, WHERRY, NODE = "native", "native, v3", "wherry", "node"


def build(source, work):
    """Compiles a kernel for all candidates, and gives the command of each."""

    def compiled(suffix, flags):
        program = work / (source.stem + suffix)
        subprocess.run([*CLANG, *flags, source, "-lm", "-o", program], check=True)
        return program

    module = compiled(".wasm", WASM)
    return {
        NATIVE: [compiled(".native", [])],
        NATIVE_V3: [compiled(".v3", ["-march=x86-64-v3"])],
        WHERRY: ["wherry", "run", module],
        NODE: ["node", "--no-warnings", SOURCES / "node.mjs", module],
    }


def run(command):
    """Digest, and nanoseconds of the fastest repetition."""
    digest, nanoseconds = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return digest, int(nanoseconds)


def measure(commands, rounds):
    """The fastest run in ms, by kernel and candidate."""
    times = {kernel: {name: [] for name in candidates} for kernel, candidates in commands.items()}
    for round_number in range(-1, rounds):  # the first one warms up: it compiles the modules
        for kernel, candidates in commands.items():
            digests = set()
            for name, command in candidates.items():
                digest, nanoseconds = run(command)
                digests.add(digest)
                if round_number >= 0:
                    times[kernel][name].append(nanoseconds / 1e6)
            if len(digests) != 1:
                sys.exit(f"steady: {kernel}: results differ: {digests}")
    return {kernel: {name: min(all_of) for name, all_of in row.items()} for kernel, row in times.items()}


def geometric_mean(values):
    return math.exp(statistics.fmean(math.log(value) for value in values))


def ratios(fastest, name, to):
    return {kernel: row[name] / row[to] for kernel, row in fastest.items()}


def print_table(fastest):
    print(f"{'ms':16}{NATIVE:>10}{NATIVE_V3:>12}{WHERRY:>10}{NODE:>10}{'wherry/native':>16}{'node/wherry':>14}")
    for kernel, row in fastest.items():
        print(f"{kernel:16}{row[NATIVE]:10.2f}{row[NATIVE_V3]:12.2f}{row[WHERRY]:10.2f}{row[NODE]:10.2f}"
              f"{row[WHERRY] / row[NATIVE]:16.2f}{row[NODE] / row[WHERRY]:14.2f}")
    for name, to in ((WHERRY, NATIVE), (WHERRY, NATIVE_V3), (NODE, NATIVE), (NODE, WHERRY)):
        print(f"geometric mean of {name} / {to}: {geometric_mean(ratios(fastest, name, to).values()):.3f}")


BAR_PIXELS, ROW_PIXELS, LEFT_PIXELS, SCALE_PIXELS, FULL_SCALE = 11, 34, 130, 220, 3.0
COLOURS = {WHERRY: "#2f6f9f", NODE: "#c9a227"}


def plot(fastest):
    """An SVG: for each kernel the times of wherry and node as bars, in multiples of native."""
    height = ROW_PIXELS * len(fastest) + 50
    one = LEFT_PIXELS + SCALE_PIXELS / FULL_SCALE * 1.0
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" width="460" height="{height}" font-family="sans-serif" '
             'font-size="11"><rect width="100%" height="100%" fill="white"/>',
             f'<text x="{LEFT_PIXELS}" y="16">time in multiples of native (clang -O3); shorter is better</text>']
    for number, (kernel, row) in enumerate(fastest.items()):
        top = 28 + number * ROW_PIXELS
        lines.append(f'<text x="{LEFT_PIXELS - 6}" y="{top + 15}" text-anchor="end">{kernel}</text>')
        for bar, name in enumerate((WHERRY, NODE)):
            ratio = row[name] / row[NATIVE]
            width = min(ratio, FULL_SCALE) / FULL_SCALE * SCALE_PIXELS
            y = top + bar * (BAR_PIXELS + 1)
            lines.append(f'<rect x="{LEFT_PIXELS}" y="{y}" width="{width:.0f}" height="{BAR_PIXELS}" '
                         f'fill="{COLOURS[name]}"/><text x="{LEFT_PIXELS + width + 4:.0f}" y="{y + 9}">'
                         f'{name} {ratio:.2f}</text>')
    lines.append(f'<line x1="{one:.0f}" x2="{one:.0f}" y1="24" y2="{height - 18}" stroke="black" '
                 f'stroke-dasharray="3"/><text x="{one:.0f}" y="{height - 6}" text-anchor="middle">native</text></svg>')
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("kernels", nargs="*")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--plot", type=pathlib.Path)
    options = parser.parse_args()
    sources = [SOURCES / f"{kernel}.c" for kernel in options.kernels] or sorted(SOURCES.glob("*.c"))
    commands = {source.stem: build(source, options.work) for source in sources}
    for candidates in commands.values():
        candidates[WHERRY][0] = options.programs / "wherry"
    fastest = measure(commands, options.rounds)
    print_table(fastest)
    if options.plot:
        options.plot.write_text(plot(fastest))


if __name__ == "__main__":
    main()
