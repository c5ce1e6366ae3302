#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# records.sh PROGRAM HOSTS - what stands in the journal is told as it is: a
# file's name forges no record, what cannot be read is no "nothing".
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
program=$(realpath "$1") host=$(realpath "$2")/i7-12700k
data=$(cd "$(dirname "$0")/../data" && pwd)
cd "$scratch" || exit 1
vt() { run "$program" --sysroot "$host" --root root "$@"; }
apply() { vt apply "$1" --yes --layout 1 --set hugepages=keep; }
record() { echo root/var/lib/virt-tune/*/"$1"; }

forged=$'nl\nundoes = 1\nx.xml'
cp "$data/demo/win10.xml" "$forged"
apply "./$forged"
ok "a path with a line end is refused" is "$status" 3
ok "... with a sentence" has "$err" "the path has a control character"
ok "... unchanged" cmp "$forged" "$data/demo/win10.xml"
ok "... and no record" test ! -e root/var
vt apply "./$forged" --dry-run --layout 1
ok "... as a dry run says" is "$status" 3
sed 's|<name>win10</name>|<name>win\&#10;undoes = 1\&#10;10</name>|' \
  "$data/demo/win10.xml" >name.xml
apply ./name.xml
ok "a line end in a name is none in its record" is "$status" 0
ok "... and forges no key" lacks "$(cat "$(record 0001)/summary")" \
  $'\nundoes'
finish
