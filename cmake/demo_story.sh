#!/bin/sh
# The demo's story; cmake/demo.sh has set everything up. usage: demo_story.sh PROGRAM LIAR PYTHON
set -eu
here=$(cd "$(dirname "$0")" && pwd)
program=$1 liar=$2 python=$3
samples=$here/../src/policy/samples
data=${TRICLAVE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/triclave}/demo-data
work=$(mktemp -d "${TMPDIR:-/tmp}/triclave-demo-XXXXXX")
services() { cat "$work"/custodians/*/pid 2>/dev/null || true; }
trap 'for pid in $(services); do kill -KILL "$pid" 2>/dev/null || true; done; rm -rf "$work"' EXIT
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

chapter "8. For real, custodians keep their keys at home, and each runs a service"
"$program" custodian ca tls --client researcher >/dev/null
# Makes a custodian of this name: certificate, passphrase, configuration, database, a key for the hospital's dataset.
found_custodian() {
  "$program" custodian ca tls --server "$1" >/dev/null
  mkdir -p "custodians/$1"
  head -c 24 /dev/urandom | base64 >"custodians/$1/passphrase"
  chmod 600 "custodians/$1/passphrase"
  cat >"custodians/$1/config" <<END
version: 1
name: "$1"
log_name: "$1.example/triclave"
database: "keys.db"
listen: "localhost:0"
tls { certificate: "../../tls/$1.crt" private_key: "../../tls/$1.key" client_ca: "../../tls/ca.crt" }
END
  unlock="custodians/$1/config --passphrase-file custodians/$1/passphrase"
  "$program" custodian init $unlock --passphrase-memory 8 >/dev/null
  "$program" custodian key create $unlock --owner keys/hospital-owner.pub --dataset hospital-stays --name "$1" -o "keys/$1-service.pub" >/dev/null
  for key in log-key witness-key; do "$program" custodian $key $unlock >"custodians/$1/$key"; done
}
# Starts its service, where it was before or on any free port.
start_custodian() {
  : >"custodians/$1/out"
  "$program" custodian serve "custodians/$1/config" --passphrase-file "custodians/$1/passphrase" --allow-root >"custodians/$1/out" 2>&1 &
  echo $! >"custodians/$1/pid"
  until grep -q '^listening' "custodians/$1/out"; do
    kill -0 "$(cat "custodians/$1/pid")" 2>/dev/null || { cat "custodians/$1/out" >&2; exit 1; }
    sleep 0.02
  done
  sed -i "s/localhost:0/localhost:$(sed -n 's/^listening on port //p' "custodians/$1/out")/" "custodians/$1/config"
}
# Names the two others as those whose logs it cosigns, and who are asked to cosign its own; takes effect at its next start.
introduce_custodian() {
  "$program" custodian ca tls --client "$1-caller" >/dev/null
  for other in outscale ovhcloud orange; do
    [ $other != "$1" ] || continue
    cat >>"custodians/$1/config" <<END
watch: "$(cat custodians/$other/log-key)"
witness {
  address: $(sed -n 's/^listen: //p' custodians/$other/config) key: "$(cat custodians/$other/witness-key)"
  server_ca: "../../tls/ca.crt" certificate: "../../tls/$1-caller.crt" private_key: "../../tls/$1-caller.key"
}
END
  done
}
cp policy.textproto services.textproto
for name in outscale ovhcloud orange; do
  found_custodian $name
  start_custodian $name
  sed -i -e "s#keys/$name.pub\"#keys/$name-service.pub\" endpoint: $(sed -n 's/^listen: //p' custodians/$name/config) tls_ca: \"tls/ca.crt\" log_key: \"$(cat custodians/$name/log-key)\"#" services.textproto
done
say "  Three services run here, with a key each that was made there and never leaves. The policy says where they are:"
for name in outscale ovhcloud orange; do introduce_custodian $name; done
for name in outscale ovhcloud orange; do
  kill "$(cat custodians/$name/pid)"
  wait "$(cat custodians/$name/pid)"
  start_custodian $name
done
show policy explain services.textproto | sed -n '/asked at/p;/certified by/p;/^ *log /p' | cut -c 1-110
show seal data/ct.dcm --policy services.textproto --producer keys/records-system.key --compartment stays -o ct.sealed

chapter "9. A researcher is let in: the data office signs a permit, and each custodian judges it"
"$program" keygen signer researcher -o keys >/dev/null
show permit issue --authority keys/data-office.key --requester keys/researcher.pub --dataset hospital-stays --compartment stays --purpose steatosis-in-CT --not-after 2099-12-31 -o study.permit
mkdir receipts
asking="--key keys/hospital.key --permit study.permit --requester keys/researcher.key --tls-cert tls/researcher.crt --tls-key tls/researcher.key"
at=$(date +%s%N)
show open ct.sealed --policy services.textproto $asking --receipts receipts -o image.dcm
took=$(milliseconds "$at")
cmp data/ct.dcm image.dcm
say "  Signed requests, answers sealed for one use, each proven by its custodian's log: $took ms, start to exit."
say "  OVHcloud's service is killed. The others suffice:"
kill -KILL "$(cat custodians/ovhcloud/pid)"
show open ct.sealed --policy services.textproto $asking --receipts receipts --force -o image.dcm
cmp data/ct.dcm image.dcm

chapter "10. OVHcloud is back, and one of the three lies; it is named, and the others suffice"
start_custodian ovhcloud
say "  (cmake/demo/lying_custodian.cc turns one bit of what the first custodian answers)"
"$liar" services.textproto ct.sealed lied.dcm study.permit keys/researcher.key tls/researcher.crt tls/researcher.key keys/hospital.key | sed 's/^/    /'
cmp data/ct.dcm lied.dcm

chapter "11. The data office revokes the permit"
show permit revoke study.permit --authority keys/data-office.key --policy services.textproto --tls-cert tls/researcher.crt --tls-key tls/researcher.key -o study.revoked
refused 8 open ct.sealed --policy services.textproto $asking --force -o image.dcm

chapter "12. What stands in the custodians' logs, where nobody can change it unseen"
caller="--policy services.textproto --tls-cert tls/researcher.crt --tls-key tls/researcher.key"
say "  Each custodian has cosigned the logs of the two others, once it saw that they only grew:"
for name in outscale ovhcloud orange; do
  kept=$(find receipts -name "$name-*" -printf ' --receipt %p')
  by=$(for other in outscale ovhcloud orange; do [ $other = $name ] || printf ' --witness custodians/%s/witness-key' $other; done)
  # Within a second or two of the newest entry; a witness that was away is asked again a little later.
  for _ in $(seq 300); do
    ! "$program" audit verify $name $caller $by --cosignatures 2 >/dev/null 2>&1 || break
    sleep 0.1
  done
  show audit verify $name $caller $kept $by --cosignatures 2
done
show audit compare outscale ovhcloud orange $caller --at-least 2
show audit report outscale ovhcloud orange $caller --at-least 2 -o report.html

chapter "13. Orange leaves, Scaleway joins; not a byte of the sealed objects changes"
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

chapter "14. Tables: researchers may see clinical columns, and not whose they are"
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

chapter "15. In figures"
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
