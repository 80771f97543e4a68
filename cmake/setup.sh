#!/bin/sh
# Gets what building, testing or showing Triclave needs, on Debian 12 and 13. Safe and quick to run again.
#
#   cmake/setup.sh [--for=test|demo]               says what is missing, installs it (as root, or through sudo)
#   cmake/setup.sh --no-install [--for=test|demo]  only says it; exit code 0 where nothing is missing, else 1
#   cmake/setup.sh --where-python                  prints the Python of the private environment, and does nothing else
#
# Three sources: Debian packages by apt; Botan 3 by apt where it is new enough, else by cmake/botan.sh; Python packages
# (tests/requirements.txt) by pip, in an environment of their own. The last two live in a cache folder outside the tree:
# $TRICLAVE_CACHE, or triclave/ in the user's cache.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=${TRICLAVE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/triclave}
requirements=$here/../tests/requirements.txt

build_packages="g++ cmake ninja-build pkgconf git ca-certificates python3 python3-dev python3-venv libsodium-dev libprotobuf-dev
  protobuf-compiler libexpected-dev libfmt-dev libcli11-dev nlohmann-json3-dev zlib1g-dev libcsv-dev libzstd-dev libtbb-dev
  libgrpc++-dev protobuf-compiler-grpc libsqlite3-dev"
test_packages="libgtest-dev libgmock-dev libbenchmark-dev valgrind"
botan_build_packages="dpkg-dev make xz-utils"

goal=test install=yes
for argument in "$@"; do
  case $argument in
    --for=test) goal=test ;;
    --for=demo) goal=demo ;;
    --no-install) install=no ;;
    --where-python) install=where ;;
    *) sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
done

# The environment is keyed by what it holds, and by the system whose Python it borrows.
release=$(. /etc/os-release 2>/dev/null && printf '%s' "${ID:-} ${VERSION_ID:-}") || release=unknown
key=$({ printf '%s\n' "$release"; cat "$requirements"; } | sha256sum | cut -c1-12)
venv=$cache/venv-$key
[ $install = where ] && { printf '%s\n' "$venv/bin/python"; exit 0; }

command -v dpkg-query >/dev/null && command -v apt-cache >/dev/null || {
  echo "setup: this system has no apt. Install by other means: a C++20 compiler, CMake >= 3.25, Ninja, pkg-config," >&2
  echo "  libsodium >= 1.0.18, Botan >= 3.6, protobuf >= 3.21, tl-expected, fmt, CLI11, nlohmann-json, zlib, libcsv, zstd, oneTBB," >&2
  echo "  gRPC >= 1.51, SQLite >= 3.40;" >&2
  echo "  for tests GoogleTest, Google Benchmark, valgrind and Python 3 with tests/requirements.txt" >&2
  exit 2
}

# The fast engine's library is for x86-64 only; fuzzing takes the newest Clang that both releases' libraries bear.
[ "$(dpkg --print-architecture)" = amd64 ] && build_packages="$build_packages libipsec-mb-dev"
clang=$(sh "$here/fuzz.sh" --which-clang)
[ $goal = test ] && build_packages="$build_packages $test_packages clang-$clang lld-$clang libclang-rt-$clang-dev"

is_installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
apt_knows() { apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [^(]'; }
missing_of() { for package in "$@"; do is_installed "$package" || printf '%s ' "$package"; done; }
botan_is_there() { pkg-config --atleast-version=3.6 botan-3 2>/dev/null || [ -f "$(sh "$here/botan.sh" --where)/.complete" ]; }
botan_by_apt() {
  candidate=$(apt-cache policy libbotan-3-dev 2>/dev/null | sed -n 's/^ *Candidate: //p')
  [ -n "$candidate" ] && [ "$candidate" != '(none)' ] && dpkg --compare-versions "$candidate" ge 3.6
}

missing=$(missing_of $build_packages)
botan=there
botan_is_there || botan=missing
python=there
[ -f "$venv/.complete" ] || python=missing
if [ -z "$missing" ] && [ $botan$python = therethere ]; then
  echo "setup: everything is there"
  exit 0
fi

echo "setup: missing, and $([ $install = yes ] && echo 'installed now' || echo 'to be installed'):"
[ -z "$missing" ] || printf '  Debian packages: %s\n' "$missing" | fold -s -w 110 | sed '2,$s/^/    /'
[ $botan = there ] || echo "  Botan >= 3.6: libbotan-3-dev where apt has it, else once from Debian's signed source into $cache"
[ $python = there ] || echo "  Python packages, in $venv: $(sed -n 's/^\([a-z][a-z-]*\).*/\1/p' "$requirements" | tr '\n' ' ')"
[ $install = no ] && exit 1

as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
apt_get() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@" </dev/null; }
# Package lists are fetched only where they do not know a package or name one that the archive no longer has.
apt_install() {
  [ -z "$as_root" ] || command -v sudo >/dev/null || {
    echo "setup: run this as root, or install sudo: Debian packages are missing" >&2
    exit 2
  }
  for package in "$@"; do
    apt_knows "$package" || { apt_get update; break; }
  done
  apt_get install -y --no-install-recommends "$@" >"$log" 2>&1 && return
  apt_get update
  apt_get install -y --no-install-recommends "$@" >"$log" 2>&1 || { tail -20 "$log" >&2; exit 1; }
}

mkdir -p "$cache"
log=$(mktemp "${TMPDIR:-/tmp}/triclave-setup-XXXXXX")
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT TERM

[ -z "$missing" ] || apt_install $missing

# One at a time: a second set-up waits for the first and then finds its work done.
exec 9>"$cache/.lock"
flock 9
if ! botan_is_there; then
  if botan_by_apt; then
    apt_install libbotan-3-dev
  else
    needed=$(missing_of $botan_build_packages)
    [ -z "$needed" ] || apt_install $needed
    sh "$here/botan.sh"
  fi
fi
if [ ! -f "$venv/.complete" ]; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements" </dev/null
  touch "$venv/.complete"
fi
echo "setup: done"
