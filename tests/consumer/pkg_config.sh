#!/bin/sh
# usage: pkg_config.sh CXX PREFIX shared|static OUTPUT   builds main.cc with what pkg-config says of PREFIX, and runs it
set -eu
here=$(cd "$(dirname "$0")" && pwd)
PKG_CONFIG_PATH=$(dirname "$(find "$2" -name triclave.pc)")
export PKG_CONFIG_PATH
pkg-config --validate triclave
static= rpath=
[ "$3" = static ] && static=--static || rpath="-Wl,-rpath,$(pkg-config --variable=libdir triclave)"
"$1" -std=c++20 "$here/main.cc" $(pkg-config --cflags $static triclave) $(pkg-config --libs $static triclave) $rpath -o "$4"
"$4"
