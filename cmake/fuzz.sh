#!/bin/sh
# Builds the libFuzzer targets with Clang, ASan and UBSan, and runs each for a while on its corpus.
#
#   cmake/fuzz.sh [SECONDS [TARGET...]]   60 seconds each unless told otherwise; all targets unless named
#   cmake/fuzz.sh --which-clang           prints the version of Clang that it wants, and does nothing else
#
# What a run finds new stays in build/fuzz/corpus; what breaks a target stays in build/fuzz/found.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)

# Clang 14, Debian 12's default, chokes on libstdc++ 12.
clang=19
[ "$(. /etc/os-release 2>/dev/null && printf '%s' "${VERSION_ID:-}")" = 12 ] && clang=16
[ "${1:-}" = --which-clang ] && { echo $clang; exit 0; }

seconds=${1:-60}
[ $# -eq 0 ] || shift
cd "$root"
cmake --preset fuzz -DCMAKE_CXX_COMPILER=clang++-$clang
cmake --build --preset fuzz --target tests/fuzz/all
[ $# -gt 0 ] || set -- $(ls build/fuzz/bin | grep '^fuzz_')

mkdir -p build/fuzz/found
failed= count=0
for target in "$@"; do
  corpus=build/fuzz/corpus/$target seeds=tests/fuzz/corpus/$target log=build/fuzz/$target.log
  mkdir -p "$corpus"
  [ -d "$seeds" ] || seeds=
  if "build/fuzz/bin/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
      -artifact_prefix="build/fuzz/found/$target-" "$corpus" $seeds >"$log" 2>&1; then
    echo "fuzz: $target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") runs, nothing found"
  else
    tail -60 "$log"
    failed="$failed $target"
  fi
  count=$((count + 1))
done
[ $count -gt 0 ] || { echo "fuzz: no targets" >&2; exit 1; }
if [ -n "$failed" ]; then
  echo "fuzz: broke:$failed (inputs in build/fuzz/found)"
  exit 1
fi
echo "fuzz: $count targets, $seconds s each, nothing found"
