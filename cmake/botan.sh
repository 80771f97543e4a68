#!/bin/sh
# Botan 3 for systems whose packages stop at Botan 2 (Debian 12): built once from Debian's own signed source package.
#
#   cmake/botan.sh           builds it unless it is there; prints what it does
#   cmake/botan.sh --where   prints the folder it is, or would be, installed in, and does nothing else
#
# Trust: apt checks the archive's signature over the package index and the index's hashes over the source files, exactly
# as for a binary package. The source's address is the one that this machine's apt already uses.
set -eu
suite=trixie                      # the Debian release whose source package is taken
modules=aes,aes_ni,aes_vaes,gcm,ghash_cpu,ghash_vperm,hkdf,hmac,sha2_32,sha2_64,sha2_32_x86,sha3,shake,ml_kem,ml_dsa,x25519,ed25519,nist_keywrap,siv,argon2,system_rng,auto_rng,x509,ecdsa,ecdh,pcurves_secp256r1,pcurves_secp384r1,rsa,blake2,base64,hex,pem,cmac,ctr
options="--amalgamation --minimized-build --build-targets=shared --without-documentation"

# As one source, it is built in a third of the time.
# The cache is keyed by what would change the result: release, options, modules.
key=$(printf '%s %s %s' "$suite" "$options" "$modules" | sha256sum | cut -c1-12)
prefix=${TRICLAVE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/triclave}/botan-3-$suite-$key
[ "${1:-}" = --where ] && { printf '%s\n' "$prefix"; exit 0; }
[ -f "$prefix/.complete" ] && exit 0

echo "botan: building Botan 3 once from Debian's signed source into $prefix (about 2 minutes)"
work=$(mktemp -d "${TMPDIR:-/tmp}/triclave-botan-XXXXXX")
trap 'rm -rf "$work"' EXIT INT TERM
chmod 755 "$work"
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/src"
base=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep '/debian/$' | head -1)
[ -n "$base" ] || { echo "botan: apt knows no Debian archive on this machine; install Botan >= 3.6 yourself and set CMAKE_PREFIX_PATH" >&2; exit 1; }
echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $base $suite main" >"$work/sources.list"
apt_private() {
  apt-get -qq -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=- \
    -o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root "$@"
}
apt_private update
(cd "$work/src" && apt_private source --download-only botan)
# apt has checked every file by now; dpkg-source looks for the uploader's own signature too, whose key few systems have.
dpkg-source -x "$work"/src/*.dsc "$work/tree" >"$work/unpack.log" 2>&1 || { tail -20 "$work/unpack.log"; exit 1; }
cd "$work/tree"
python3 configure.py $options --prefix="$prefix" --enable-modules="$modules" >"$work/configure.log" 2>&1 || { tail -20 "$work/configure.log"; exit 1; }
make -j"$(nproc)" >"$work/make.log" 2>&1 || { tail -30 "$work/make.log"; exit 1; }
rm -rf "$prefix"
make install >"$work/install.log" 2>&1 || { tail -30 "$work/install.log"; exit 1; }
touch "$prefix/.complete"
echo "botan: done"
