#!/bin/sh
# Builds the libFuzzer targets with Clang, ASan and UBSan, and runs each for a while on its corpus.
#
#   cmake/fuzz.sh [SECONDS [TARGET...]]   60 seconds each unless told otherwise; all targets unless named
#   cmake/fuzz.sh --which-clang           prints the version of Clang that it wants, and does nothing else
#
# What a run finds new stays in build/sanitizers/corpus; what breaks a target stays in build/sanitizers/found.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)

# Clang 14, Debian 12's default, chokes on libstdc++ 12.
clang=19
[ "$(. /etc/os-release 2>/dev/null && printf '%s' "${VERSION_ID:-}")" = 12 ] && clang=16
[ "${1:-}" = --which-clang ] && { echo $clang; exit 0; }

# Runs one target; keeps what it said beside its inputs.
if [ "${1:-}" = --one ]; then
  cd "$root/build/sanitizers"
  target=$2 seconds=$3
  mkdir -p "corpus/$target" "seeds/$target" found logs
  rm -f "found/$target"
  # No parser may ask for more than these: 64 MiB at once, 512 MiB in all, of which ASan holds back some freed memory.
  if ASAN_OPTIONS=quarantine_size_mb=16 "bin/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=512 \
      -malloc_limit_mb=64 -print_final_stats=1 -artifact_prefix="found/$target-" "corpus/$target" "seeds/$target" \
      >"logs/$target" 2>&1; then
    echo "fuzz: $target: $(sed -n 's/^stat::number_of_executed_units: *//p' "logs/$target") runs, nothing found"
  else
    echo "fuzz: $target: BROKE"
    tail -60 "logs/$target"
    : >"found/$target"
    exit 1
  fi
  exit
fi

seconds=${1:-60}
[ $# -eq 0 ] || shift
cd "$root"
cmake --preset sanitizers -DCMAKE_CXX_COMPILER=clang++-$clang
cmake --build --preset sanitizers --target tests/fuzz/all
[ $# -gt 0 ] || set -- $(ls build/sanitizers/bin | grep '^fuzz_')
[ $# -gt 0 ] || { echo "fuzz: no targets" >&2; exit 1; }
rm -rf build/sanitizers/seeds
build/sanitizers/bin/make_seeds . build/sanitizers/seeds

# As many at once as there are processors.
if ! printf '%s\n' "$@" | xargs -P "$(nproc)" -I{} sh cmake/fuzz.sh --one {} "$seconds"; then
  echo "fuzz: broke:$(for target in "$@"; do [ ! -e "build/sanitizers/found/$target" ] || printf ' %s' "$target"; done) (inputs in build/sanitizers/found)"
  exit 1
fi
echo "fuzz: $# targets, $seconds s each, nothing found"
