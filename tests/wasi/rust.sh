# Sourced by tests of Rust programs: skips where there is no compiler for WASI. A rustup toolchain comes first where it
# has the target; Debian's is in /usr/bin.

RUSTC='' RUST_TARGET=''
for compiler in rustc /usr/bin/rustc; do
  for target in wasm32-wasip1 wasm32-wasi; do
    libraries=$("$compiler" --print target-libdir --target $target 2>/dev/null) || continue
    if [[ -z $RUSTC && -d $libraries ]]; then RUSTC=$compiler RUST_TARGET=$target; fi
  done
done
[[ $RUSTC ]] || skip "no rustc for wasm32-wasi (apt-get install rustc libstd-rust-dev-wasm32)"

# build_rust SOURCE MODULE
build_rust() { "$RUSTC" --target "$RUST_TARGET" --edition 2021 -O "$1" -o "$2"; }
