#!/bin/sh
# The demo's story; cmake/demo.sh has set everything up. usage: demo_story.sh PROGRAM LIAR PYTHON
set -eu
here=$(cd "$(dirname "$0")" && pwd)
program=$1 liar=$2 python=$3
samples=$here/../src/policy/samples
data=${TRICLAVE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/triclave}/demo-data
work=$(mktemp -d "${TMPDIR:-/tmp}/triclave-demo-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
export XDG_STATE_HOME="$work/state"
started=$(date +%s%N)

chapter() { printf '\n\033[1m%s\033[0m\n' "$*" | if [ -t 1 ]; then cat; else sed 's/\x1b\[[01]m//g'; fi; }
say() { printf '%s\n' "$*"; }
# Ids have 64 digits; a reader can do with 8.
shorten() { sed -E 's/([0-9a-f]{8})[0-9a-f]{56}/\1.../g'; }
# Shows a command as a reader would type it, then runs it.
show() {
  printf '  $ triclave %s\n' "$*" | shorten
  "$program" "$@" | shorten | sed 's/^/    /'
}
# The same for a command that must fail with an exit code.
refused() {
  expected=$1
  shift
  printf '  $ triclave %s\n' "$*" | shorten
  code=0
  "$program" "$@" >"$work/out" 2>&1 || code=$?
  shorten <"$work/out" | sed 's/^/    /'
  [ "$code" = "$expected" ] || { say "demo: exit code $code where $expected was expected" >&2; exit 1; }
}
milliseconds() { echo $((($(date +%s%N) - $1) / 1000000)); }
megabytes() { du -cb "$@" | tail -n 1 | awk '{printf "%.1f MB", $1 / 1e6}'; }

"$python" "$here/demo/data.py" "$data"
cd "$work"
mkdir data keys foreign-cloud
cp "$data/nafld2.csv" "$data/ct.dcm" data/

chapter "1. A hospital has data that no foreign authority may reach"
say "  $(($(wc -l <data/nafld2.csv) - 1)) laboratory results of real patients, and a CT image; together $(megabytes data/nafld2.csv data/ct.dcm):"
sed -n '1,4s/^/    /p' data/nafld2.csv
say "  They have to be stored with a provider whom the Cloud Act can compel. So they are sealed first."

chapter "2. Everybody makes a key, alone and offline"
for name in hospital outscale ovhcloud orange; do "$program" keygen recipient $name -o keys >keys/$name.log; done
for name in hospital-owner records-system data-office; do "$program" keygen signer $name -o keys >keys/$name.log; done
printf '  $ triclave keygen recipient hospital -o keys\n'
shorten <keys/hospital.log | sed 's/^/    /'
say "  So do Outscale, OVHcloud and Orange as custodians; the hospital's office and its records system make signing keys."

chapter "3. The hospital writes down who may open: its own key AND two of three custodians"
cp "$samples/hospital.textproto" policy.textproto
show policy explain policy.textproto | sed '/WHAT IS KNOWN/,$d'
say "  (Then come the facts about each recipient, with their sources; here they are marked as examples.)"

chapter "4. Sealing, from public keys alone, into the folder that plays the foreign cloud"
at=$(date +%s%N)
show seal data --policy policy.textproto --producer keys/records-system.key --compartment stays -o foreign-cloud
say "  ($(milliseconds "$at") ms.) What the cloud has now:"
(cd foreign-cloud && find . -type f -printf '    %9s bytes  %P\n' | sort -k3 | shorten)
patient=$("$python" -c 'import pydicom, sys; print(pydicom.dcmread(sys.argv[1]).PatientName)' data/ct.dcm)
row=$(sed -n 200000p data/nafld2.csv)
for known in "$row" "$patient" "rownames,id,days,test,value"; do
  before=$(cat data/* | grep -aocF -e "$known" || true)
  after=$(find foreign-cloud -type f -exec cat {} + | grep -aocF -e "$known" || true)
  say "  \"$known\": found $before times in the hospital, $after times in the cloud"
  [ "$after" = 0 ] && [ "$before" -gt 0 ]
done

chapter "5. The hospital opens with Outscale and Orange; OVHcloud is not even asked"
keys="--key keys/hospital.key --key keys/outscale.key --key keys/orange.key"
at=$(date +%s%N)
show open foreign-cloud --policy policy.textproto $keys -o opened
took=$(milliseconds "$at")
cmp data/nafld2.csv opened/nafld2.csv && cmp data/ct.dcm opened/ct.dcm
say "  Byte for byte what it was, in $took ms, start to exit."

chapter "6. One line out of the middle: only the chunk that holds it is read and decrypted"
offset=$(head -n 199999 data/nafld2.csv | wc -c)
capsule=$(ls foreign-cloud/.triclave/*.capsule)
show open foreign-cloud/nafld2.csv --policy policy.textproto $keys --range "$offset:${#row}" -o -
echo
say "  (The row was: $row)"

chapter "7. The hospital and one custodian are not enough"
refused 8 open foreign-cloud/ct.dcm --policy policy.textproto --key keys/hospital.key --key keys/ovhcloud.key -o ct.dcm
[ ! -e ct.dcm ]

chapter "8. OVHcloud lies; it is named, and the others suffice"
say "  (a custodian of our own making, in cmake/demo/lying_custodian.cc)"
"$liar" policy.textproto "$capsule" foreign-cloud/ct.dcm ct.dcm keys/ovhcloud.key keys/hospital.key keys/outscale.key keys/orange.key | sed 's/^/    /'
cmp data/ct.dcm ct.dcm

chapter "9. Orange leaves, Scaleway joins; not a byte of the sealed objects changes"
for name in outscale-2027 ovhcloud-2027 scaleway; do "$program" keygen recipient $name -o keys >/dev/null; done
sed -e 's#keys/outscale.pub#keys/outscale-2027.pub#' -e 's#keys/ovhcloud.pub#keys/ovhcloud-2027.pub#' \
  -e 's/orange/scaleway/g' -e 's/Orange/Scaleway/g' policy.textproto >policy-2027.textproto
sha256sum foreign-cloud/*.* >objects.sha256
show rewrap "$capsule" --policy policy.textproto --to policy-2027.textproto --owner keys/hospital-owner.key $keys -o new.capsule
mv new.capsule "$capsule"
sha256sum --check --quiet objects.sha256
say "  Old custodians, asked for the new capsule:"
refused 8 open foreign-cloud/ct.dcm --policy policy-2027.textproto $keys -o old.dcm
say "  New ones; and a rehearsal with every smallest coalition, before anybody deletes a source:"
new="--key keys/hospital.key --key keys/outscale-2027.key --key keys/ovhcloud-2027.key --key keys/scaleway.key"
show verify foreign-cloud --policy policy-2027.textproto --can-open --rehearse $new
say "  Whoever kept the old capsule can still open with the old keys, until the old custodians destroy them: then nobody can."

chapter "10. Tables: researchers may see clinical columns, and not whose they are"
cp "$samples/cohort.textproto" cohort.textproto
sed -n '/^compartments/,/^}/p' cohort.textproto | grep -v '^ *#' | sed 's/^/    /'
for table in nafld2 randhie; do
  show seal "$data/$table.csv" --table --policy cohort.textproto --producer keys/records-system.key -o foreign-cloud/$table.table |
    sed 's#'"$data"'/##' | cut -c 1-150
done
say "  A researcher's two custodians open what their rule opens, and the rest is not there for them:"
study="--key keys/outscale.key --key keys/orange.key"
show open foreign-cloud/nafld2.table --policy cohort.textproto $study -o clinical.csv
sed -n '1,3s/^/    /p' clinical.csv
say "  Two columns of one table, and only their bytes are read; then a column that is none of the researcher's business:"
show open foreign-cloud/randhie.table --policy cohort.textproto $study --columns mdvis,outpdol -o - | sed -n '1,4p'
refused 2 open foreign-cloud/randhie.table --policy cohort.textproto $study --columns mdvis,income -o no.csv
for known in rownames income educdec; do
  say "  \"$known\": found $(head -n 1 "$data/randhie.csv" "$data/nafld2.csv" | grep -aocF -e "$known") times in the tables' first lines, $(cat foreign-cloud/*.table clinical.csv | grep -aocF -e "$known" || true) times in the cloud and in what the researcher got"
done
say "  With the hospital's key too, everything comes back byte for byte:"
"$program" open foreign-cloud/nafld2.table --policy cohort.textproto $study --key keys/hospital.key -o whole.csv >/dev/null
"$program" open foreign-cloud/randhie.table --policy cohort.textproto $study --key keys/hospital.key -o people.csv >/dev/null
cmp whole.csv "$data/nafld2.csv" && cmp people.csv "$data/randhie.csv"
say "  $(wc -l <whole.csv) and $(wc -l <people.csv) lines, the same as before."

chapter "11. In figures"
bytes=$(cat data/* | wc -c)
sealed=$(cat foreign-cloud/nafld2.csv foreign-cloud/ct.dcm | wc -c)
say "  $bytes bytes became $sealed sealed ones (+$(awk "BEGIN{printf \"%.2f\", ($sealed - $bytes) * 100 / $bytes}") %), and one capsule of $(wc -c <"$capsule") bytes for all objects."
head -c 1000000000 /dev/zero >big
at=$(date +%s%N)
"$program" seal big --policy policy-2027.textproto --producer keys/records-system.key --compartment stays -o big.sealed >/dev/null
sealing=$(milliseconds "$at") at=$(date +%s%N)
"$program" open big.sealed --policy policy-2027.textproto $new -o /dev/null --force >/dev/null
opening=$(milliseconds "$at")
say "  1 GB from disk to disk, start to exit: sealed in $sealing ms ($((1000000 / sealing)) MB/s); read and opened in $opening ms ($((1000000 / opening)) MB/s)."
say "  This story took $(($(milliseconds "$started") / 1000)) s."
