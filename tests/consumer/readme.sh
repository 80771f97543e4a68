#!/bin/sh
# usage: readme.sh CXX INCLUDE_FOLDER README.md   the C++ examples of the README compile as they stand, pasted into one file
set -eu
example=$(awk '/^```cpp$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$3")
[ -n "$example" ] || { echo "no \`\`\`cpp example in $3"; exit 1; }
printf '%s\n' "$example" | "$1" -std=c++20 -Wall -Wextra -Werror -fsyntax-only -I "$2" -x c++ -
printf '%s\n' "$example" | wc -l
