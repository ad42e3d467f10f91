# Sourced by tests of C programs with threads: makes a wasi-libc for them, once. Debian's package of it has none, and what
# is released elsewhere cannot be had everywhere; so it is built of the package's source, whose musl has all of pthreads
# but the ground they stand on, which is in pthreads/.
: "${WHERRY_REALWORLD:?the folder where packages are kept from one run to the next}"
PTHREADS=$WHERRY_SOURCE/tests/wasi/pthreads
PTHREADS_VERSION=0.0~git20220510.9886d3d

# fetch_source FOLDER: by apt's ordinary means, with lists of its own, since most machines have none of sources.
fetch_source() {
  mkdir -p "$1/sources" "$1/lists/partial" "$1/cache/archives/partial"
  local file
  for file in /etc/apt/sources.list.d/*.sources; do
    [[ -e $file ]] && sed 's/^Types:.*/Types: deb-src/' "$file" >"$1/sources/${file##*/}"
  done
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [[ -e $file ]] && sed 's/^deb /deb-src /' "$file" >"$1/sources/${file##*/}"
  done
  local apt=(timeout 100 apt-get -qq -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$1/sources"
             -o Dir::State::lists="$1/lists" -o Dir::Cache="$1/cache" -o APT::Sandbox::User= -o Acquire::Languages=none)
  (cd "$1" && "${apt[@]}" update && "${apt[@]}" source --download-only "wasi-libc=$PTHREADS_VERSION-2") >"$1/apt.log" 2>&1
}

# adapt_source FOLDER: the sources of the locks, which this release does not build, and what it says it does not do with
# threads, yet does well enough here.
adapt_source() {
  local name top=$1/libc-top-half/musl/src
  for name in $(<"$PTHREADS/sources.txt"); do cp "$top/$name.c" "$1/libc-top-half/sources/"; done
  cp "$PTHREADS/threads.c" "$1/libc-top-half/sources/"
  for name in preopens getcwd chdir getentropy; do
    sed -i '/^#ifdef _REENTRANT/,/^#endif/d' "$1/libc-bottom-half/sources/$name.c"
  done
  sed -i '/^#ifdef __wasilibc_unmodified_upstream$/{N;s/__wasilibc_unmodified_upstream\(\nstatic volatile int lock\)/_REENTRANT\1/}' \
    "$top/prng/random.c"
  sed -i 's/ || defined(_REENTRANT)//' "$top/conf/sysconf.c"  # asks Linux for the number of processors
}

# build_pthreads SOURCE.c MODULE
build_pthreads() {
  clang-22 --target=wasm32-wasi --sysroot="$PTHREADS_SYSROOT" -I"$PTHREADS_SYSROOT/include" -Wno-deprecated -O2 \
    --no-wasm-opt -nostartfiles -pthread -matomics -mbulk-memory \
    -Wl,--import-memory,--export-memory,--shared-memory,--max-memory=67108864 "$PTHREADS/thread_start.s" "$1" -o "$2"
}

# make_pthreads: $PTHREADS_SYSROOT. Skips where the source cannot be had.
make_pthreads() {
  command -v clang-22 >/dev/null || skip "no clang-22"
  command -v apt-get >/dev/null || skip "the source of wasi-libc comes by apt-get"
  local key made
  key=$(cat "$PTHREADS"/*.* "$PTHREADS"/sys/* "${BASH_SOURCE[0]}" | sha256sum | head -c 8)
  made=$WHERRY_REALWORLD/wasi-libc-threads-$key
  PTHREADS_SYSROOT=$made/sysroot
  [[ -e $made/made ]] && return
  rm -rf "$made"
  fetch_source "$made" || skip "apt-get source wasi-libc: $(tail -1 "$made/apt.log")"
  mkdir "$made/source"
  tar xf "$made/wasi-libc_$PTHREADS_VERSION.orig.tar.xz" -C "$made/source" --strip-components=1
  adapt_source "$made/source"
  make -s -C "$made/source" -j2 THREAD_MODEL=posix SYSROOT="$PTHREADS_SYSROOT" AR=llvm-ar-22 NM=llvm-nm-22 \
    EXTRA_CFLAGS="-O2 -DNDEBUG" \
    CC="clang-22 -w -Wno-int-conversion -Wno-implicit-function-declaration -I$PTHREADS -include $PTHREADS/every_source.h" \
    libc >"$made/make.log" 2>&1 || fail "$(tail -5 "$made/make.log")"
  llvm-ar-22 crs "$PTHREADS_SYSROOT/lib/wasm32-wasi/libpthread.a"  # what -pthread links, and libc.a holds
  touch "$made/made"
}
