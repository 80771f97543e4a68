#!/bin/sh
# usage: headers.sh CXX INCLUDE_FOLDER   each installed header compiles alone, with warnings as errors, beside tl/expected.hpp only
set -eu
count=0 failed=
for header in "$2"/triclave/*.h; do
  name=triclave/$(basename "$header")
  echo "#include <$name>" | "$1" -std=c++20 -Wall -Wextra -Wshadow -Wconversion -Werror -fsyntax-only -I "$2" -x c++ - || failed="$failed $name"
  count=$((count + 1))
done
echo "$count headers"
[ $count -ge 5 ] && [ -z "$failed" ] || { echo "do not stand alone:$failed"; exit 1; }
