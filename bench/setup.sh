#!/bin/sh
# Gets what bench/compare.py compares with. Safe and quick to run again.
#
#   bench/setup.sh                  says what is missing and installs it (as root, or through sudo)
#   bench/setup.sh --no-install     only says it; exit code 0 where nothing is missing, else 1
#   bench/setup.sh --where-python   prints the Python of the comparison's environment, and does nothing else
#
# age, rclone, gocryptfs and FUSE come from Debian; Python packages (bench/compare_requirements.txt) by pip, in an
# environment of their own in $TRICLAVE_CACHE, or triclave/ in the user's cache. cmake/setup.sh gets what the build needs.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=${TRICLAVE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/triclave}
requirements=$here/compare_requirements.txt
packages="age rclone gocryptfs fuse3 python3 python3-venv"

install=yes
case "${1:-}" in
  '') ;;
  --no-install) install=no ;;
  --where-python) install=where ;;
  *) sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

# The environment is keyed by what it holds, and by the system whose Python it borrows.
release=$(. /etc/os-release 2>/dev/null && printf '%s' "${ID:-} ${VERSION_ID:-}") || release=unknown
key=$({ printf '%s\n' "$release"; cat "$requirements"; } | sha256sum | cut -c1-12)
venv=$cache/bench-$key
[ $install = where ] && { printf '%s\n' "$venv/bin/python"; exit 0; }

command -v dpkg-query >/dev/null || {
  echo "bench/setup: this system has no apt. Install by other means: age, rclone, gocryptfs, FUSE 3, and Python 3 with" >&2
  echo "  bench/compare_requirements.txt" >&2
  exit 2
}
is_installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
missing=$(for package in $packages; do is_installed "$package" || printf '%s ' "$package"; done)
python=there
[ -f "$venv/.complete" ] || python=missing
if [ -z "$missing" ] && [ $python = there ]; then
  echo "bench/setup: everything is there"
  exit 0
fi

echo "bench/setup: missing, and $([ $install = yes ] && echo 'installed now' || echo 'to be installed'):"
[ -z "$missing" ] || echo "  Debian packages: $missing"
[ $python = there ] || echo "  Python packages, in $venv: $(sed -n 's/^\([a-z][a-z-]*\).*/\1/p' "$requirements" | tr '\n' ' ')"
[ $install = no ] && exit 1

as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
apt_get() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@" </dev/null; }
mkdir -p "$cache"
log=$(mktemp "${TMPDIR:-/tmp}/triclave-bench-XXXXXX")
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT TERM
if [ -n "$missing" ]; then
  [ -z "$as_root" ] || command -v sudo >/dev/null || {
    echo "bench/setup: run this as root, or install sudo: Debian packages are missing" >&2
    exit 2
  }
  apt_get install -y --no-install-recommends $missing >"$log" 2>&1 || {
    apt_get update
    apt_get install -y --no-install-recommends $missing >"$log" 2>&1 || { tail -20 "$log" >&2; exit 1; }
  }
fi

# One at a time: a second set-up waits for the first and then finds its work done.
exec 9>"$cache/.bench-lock"
flock 9
if [ ! -f "$venv/.complete" ]; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements" </dev/null
  touch "$venv/.complete"
fi
echo "bench/setup: done"
