#!/bin/sh
# Puts the Python package into build/python, linked with the library of build/release: what the tests import.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
python=$(sh "$root/cmake/setup.sh" --where-python)
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --upgrade \
  --target "$root/build/python" --config-settings build-dir="$root/build/python-build" \
  --config-settings cmake.define.TRICLAVE_BUILD="$root/build/release" "$root/bindings/python" </dev/null
