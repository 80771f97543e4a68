#!/bin/sh
# Shows what Triclave is for, on real health data, from nothing: sets up, builds the program, tells the story.
#
#   cmake/demo.sh [--no-install]   --no-install lists what is missing and stops there
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
case ${1:-} in
  '') ;;
  --no-install) exec sh cmake/setup.sh --for=demo --no-install ;;
  *) sed -n '2,4s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

sh cmake/setup.sh --for=demo
# A tree that was configured for tests stays so.
if [ ! -f build/release/CMakeCache.txt ]; then
  echo "demo: configuring build/release"
  cmake --preset release -DTRICLAVE_TESTS=OFF -DTRICLAVE_BENCH=OFF >/dev/null
fi
echo "demo: building the programs"
cmake --build --preset release --target bin/triclave bin/lying_custodian
exec sh cmake/demo_story.sh "$root/build/release/bin/triclave" "$root/build/release/bin/lying_custodian" "$(sh cmake/setup.sh --where-python)"
