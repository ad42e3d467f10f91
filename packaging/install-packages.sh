#!/bin/bash
# Installs the Debian packages that a job needs, and only those that are missing.
#   packaging/install-packages.sh GROUP...     groups: build, toolchains, test, bench, format
# Needs root, or sudo. Everything comes from Debian 12's own archives (LLVM 22 from its security suite); what tests need
# of other releases of Debian they unpack for themselves (tests/debian.sh).
set -euo pipefail

build=(g++ cmake ninja-build clang-22 lld-22 llvm-22-dev libfmt-dev libcli11-dev nlohmann-json3-dev
       libtomlplusplus-dev libcurl4-openssl-dev libarchive-dev libssl-dev libsodium-dev libboost1.81-dev zlib1g-dev libxml2-dev libffi-dev)
# What `wherry build` drives.
toolchains=(clang-22 lld-22 libclang-rt-22-dev-wasm32 wasi-libc wabt)
test=(libgtest-dev libgmock-dev libclang-rt-22-dev docker-registry apache2-utils skopeo podman buildah zstd curl jq openssl procps python3-minimal nodejs strace
      ca-certificates
      qemu-system-x86 busybox-static
      rustc libstd-rust-dev-wasm32 libc++-22-dev-wasm32 libc++abi-22-dev-wasm32)
bench=(wrk nginx-light strace curl openssl docker-registry python3 nodejs)
format=(clang-format-22)

wanted=()
for group in "$@"; do
  case $group in
    build) wanted+=("${build[@]}") ;;
    toolchains) wanted+=("${toolchains[@]}") ;;
    test) wanted+=("${test[@]}") ;;
    bench) wanted+=("${bench[@]}") ;;
    format) wanted+=("${format[@]}") ;;
    *) echo "install-packages: no group '$group' (build, toolchains, test, bench, format)" >&2; exit 2 ;;
  esac
done

missing=()
for package in "${wanted[@]}"; do
  [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
done
((${#missing[@]})) || exit 0

as_root=()
if ((EUID != 0)); then
  command -v sudo >/dev/null || {
    echo "install-packages: these packages are missing, and installing them needs root or sudo: ${missing[*]}" >&2
    exit 1
  }
  as_root=(sudo)
fi
echo "==> installing Debian packages: ${missing[*]}"
"${as_root[@]}" apt-get update -q
# A package's service is not ours to start: the tests start servers of their own, on loopback.
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
  apt-get install -q -y --no-install-recommends "${missing[@]}"
