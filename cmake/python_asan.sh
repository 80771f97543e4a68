#!/bin/sh
# usage: python_asan.sh [PYTEST ARGUMENT ...]
# Builds the Python package's extension module with AddressSanitizer around the library of build/release, into
# build/python-asan, and runs the package's tests under it. Leaks are not looked for: the interpreter keeps what it
# likes. How much memory is used (test_python_memory.py) and what mypy says mean nothing here.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
python=$(sh "$root/cmake/setup.sh" --where-python)
CXXFLAGS="-fsanitize=address -fno-omit-frame-pointer -O1 -g1" LDFLAGS="-fsanitize=address" \
  "$python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --upgrade \
  --target "$root/build/python-asan" --config-settings build-dir="$root/build/python-asan-build" --config-settings cmake.build-type=None \
  --config-settings install.strip=false --config-settings cmake.define.TRICLAVE_BUILD="$root/build/release" "$root/bindings/python" </dev/null
reports=$root/build/python-asan/report
rm -f "$reports".*
# The C++ library goes with it, or exceptions of libraries that are loaded later pass the sanitizer by.
compiler=${CXX:-c++}
status=0
ASAN_OPTIONS="detect_leaks=0:log_path=$reports" PYTHONMALLOC=malloc TRICLAVE_PYTHON="$root/build/python-asan" \
  LD_PRELOAD="$("$compiler" -print-file-name=libasan.so) $("$compiler" -print-file-name=libstdc++.so)" \
  "$python" -m pytest -p no:cacheprovider --ignore="$root/tests/python/test_python_memory.py" \
  --deselect="$root/tests/python/test_python_doctests.py::test_types_are_strict" "$root/tests/python" "$@" || status=$?
# What a child of a test ran into counts too.
for report in "$reports".*; do
  [ ! -e "$report" ] || { status=1; cat "$report" >&2; }
done
exit $status
