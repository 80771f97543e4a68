#!/bin/sh
# usage: readme.sh CXX INCLUDE_FOLDER README.md   the first C++ example of the README compiles as it stands, pasted into a file
set -eu
example=$(awk '/^```cpp$/ { inside = 1; next } /^```$/ { if (inside) exit } inside' "$3")
[ -n "$example" ] || { echo "no \`\`\`cpp example in $3"; exit 1; }
printf '%s\n' "$example" | "$1" -std=c++20 -Wall -Wextra -Werror -fsyntax-only -I "$2" -x c++ -
printf '%s\n' "$example" | wc -l
