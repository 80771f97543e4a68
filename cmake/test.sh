#!/bin/sh
# Sets up, builds and runs every test; the runners' own totals come last. Enough on a fresh Debian 12 or 13.
#
#   cmake/test.sh [--no-install] [--quick] [--with=tsan] [--without=STAGE]...
#
#   --no-install      lists what is missing and stops there
#   --quick           the release build's unit tests alone
#   --with=tsan       the custodian's tests under the thread sanitizer, too: 5 minutes more
#   --without=STAGE   leaves a stage out (sanitizers, fuzz, pytest); the closing lines say so
#
# Environment: FUZZ_SECONDS, seconds for each fuzz target (5).
# Test vectors that do not stand in the tree are looked for in a folder shared/vectors beside the checkout, and in the
# Python packages; tests fall back on what stands in the tree.
set -u
root=$(cd "$(dirname "$0")/.." && pwd) || exit 2
cd "$root" || exit 2

install= quick=no without=" " tsan=
for argument in "$@"; do
  case $argument in
    --no-install) install=--no-install ;;
    --quick) quick=yes without="$without sanitizers fuzz pytest " ;;
    --with=tsan) tsan=yes ;;
    --without=sanitizers | --without=fuzz | --without=pytest) without="$without ${argument#--without=} " ;;
    *) sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
done
sh cmake/setup.sh --for=test $install || exit
[ -z "$install" ] || exit 0

python=$(sh cmake/setup.sh --where-python)
jobs=$(nproc)
vectors=$(dirname "$root")/shared/vectors
[ -n "${TRICLAVE_VECTORS:-}" ] || [ ! -d "$vectors" ] || export TRICLAVE_VECTORS="$vectors"
TRICLAVE_PACKAGE_VECTORS=$("$python" -c 'import cryptography_vectors, os; print(os.path.dirname(cryptography_vectors.__file__))')
export TRICLAVE_PACKAGE_VECTORS
export TRICLAVE_PROGRAM="$root/build/release/bin/triclave"

logs=build/test-logs
rm -rf "$logs"
mkdir -p "$logs"
report= failed=
# stage NAME COMMAND: runs it unless it was left out; its output is shown and kept.
stage() {
  name=$1
  shift
  case $without in *" $name "*) report="$report
  $name: left out" && return ;; esac
  echo "== $name"
  started=$(date +%s)
  { "$@" 2>&1 </dev/null; echo $? >"$logs/$name.rc"; } | tee "$logs/$name.log"
  took="$(($(date +%s) - started)) s"
  if [ "$(cat "$logs/$name.rc")" = 0 ]; then
    report="$report
  $name: passed ($took)"
  else
    report="$report
  $name: FAILED ($took)"
    failed="$failed $name"
  fi
}

# From nothing sources are compiled several at a time; a tree that somebody works in stays as it is.
[ -d build/release ] && unity= || unity=-DTRICLAVE_UNITY=ON
build_release() {
  cmake --preset release $unity -DTRICLAVE_TESTS=ON -DTRICLAVE_BENCH=ON && cmake --build --preset release
}
ctest_release() {
  if [ $quick = yes ]; then ctest --preset release -j "$jobs" -LE tree; else ctest --preset release -j "$jobs"; fi
}
# Tests labelled "tree" look at the sources and at installations, which no sanitizer changes. Others have nothing to
# gain from one: they kill the process before it could report, or search its memory, which it makes vast.
# One tree for tests and fuzzing.
sanitizers() {
  cmake --preset sanitizers -DCMAKE_CXX_COMPILER="clang++-$(sh cmake/fuzz.sh --which-clang)" &&
    cmake --build --preset sanitizers --target tests/all &&
    GTEST_BRIEF=1 GTEST_DEATH_TEST_STYLE=threadsafe GTEST_FILTER='-*InOrdinaryMemory*:*FailingDisk*/killed:*FailingDisk*/power:*FailingDisk*/torn' \
      ctest --preset sanitizers -j "$jobs" -LE tree --verbose
}
threads() {
  cmake --preset tsan && cmake --build --preset tsan --target unit_custodian && ctest --preset tsan -j "$jobs" -R '^custodian/'
}
# The Python package as pip builds it, around the library that was just built.
pytest_all() {
  sh cmake/python.sh && "$python" -m pytest -p no:cacheprovider tests
}

stage build build_release
# What an earlier build left would tell nothing of this one.
[ -z "$failed" ] || without=" sanitizers fuzz tsan ctest pytest "
stage sanitizers sanitizers
stage fuzz sh cmake/fuzz.sh "${FUZZ_SECONDS:-5}"
[ -z "$tsan" ] || stage tsan threads
stage ctest ctest_release
stage pytest pytest_all

closing() { [ ! -f "$logs/$1.log" ] || grep -aE "$2" "$logs/$1.log" | tail -n 1; }
cases() { [ ! -f "$logs/sanitizers.log" ] || awk '/\[  PASSED  \] [0-9]+ tests?\./ { n += $(NF - 1) } END { print n + 0 }' "$logs/sanitizers.log"; }
echo "== totals$report"
[ -z "$failed" ] || echo "failed:$failed"
closing fuzz '^fuzz: '
closing sanitizers 'tests passed.* out of' | sed "s/\$/ (ASan, UBSan), which ran $(cases) GoogleTest cases/"
closing tsan 'tests passed.* out of' | sed 's/$/ (TSan)/'
closing ctest 'tests passed.* out of'
closing pytest '^=+ .* in [0-9.]+s'
[ -z "$failed" ]
