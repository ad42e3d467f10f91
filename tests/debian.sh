# Sourced by tests of programs that Debian has, and Debian 12 has not yet: they are unpacked into a folder, never
# installed, and come from Debian's own archive, whose signature apt checks.
: "${WHERRY_REALWORLD:?the folder where packages are kept from one run to the next}"

# debian_unpack SUITE PACKAGE...: unpacked once; $DEBIAN_ROOT is their root folder then, and its file `unpacked` names
# the packages with their versions. Skips where Debian cannot be reached, or its suite has no such package any more.
debian_unpack() {
  local suite=$1 state=$WHERRY_REALWORLD/apt-$1
  shift
  DEBIAN_ROOT=$WHERRY_REALWORLD/debian-$suite-$(echo "$*" | sha256sum | head -c 8)
  [[ -e $DEBIAN_ROOT/unpacked ]] && return
  command -v apt-get >/dev/null || skip "apt-get is not there: no Debian"
  mkdir -p "$state"/{etc,lists/partial,cache/archives/partial} "$DEBIAN_ROOT"
  cat >"$state/etc/sources.list" <<SOURCES
deb [arch=$(dpkg --print-architecture) signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $suite main
SOURCES
  # Settings of the machine's own apt (its proxy) stay; its sources, its lists and its packages are not touched.
  cat >"$state/apt.conf" <<CONF
Dir::State "$state";
Dir::State::Lists "$state/lists";
Dir::State::Status "/dev/null";
Dir::Cache "$state/cache";
Dir::Etc::SourceList "$state/etc/sources.list";
Dir::Etc::SourceParts "-";
Dir::Etc::Preferences "-";
Dir::Etc::PreferencesParts "-";
Acquire::Languages "none";
Acquire::Retries "3";
APT::Sandbox::User "";
CONF
  if ! flock "$state/lock" env APT_CONFIG="$state/apt.conf" bash -ec '
    state=$1 root=$2
    shift 2
    timeout 300 apt-get update -qq --error-on=any
    cd "$state/cache/archives"
    rm -f -- *.deb
    timeout 300 apt-get download -qq "$@"
    for package; do dpkg-deb -x "$package"_*.deb "$root"; done
    ls -- *.deb >"$root/unpacked"' unpack "$state" "$DEBIAN_ROOT" "$@" >"$TEST_DIR/apt.log" 2>&1; then
    skip "$* of Debian's $suite: $(tail -1 "$TEST_DIR/apt.log")"
  fi
}
