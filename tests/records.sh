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

# Whoever may not read the journal is not told that there is nothing.
rm -rf root
apply ./name.xml
echo begun >"$(record 0001)/state"
for file in before.xml summary state; do
  mv "$(record 0001)/$file" kept && mkdir "$(record 0001)/$file"
  for words in "history ./name.xml" history repair "repair ./name.xml" \
    "undo ./name.xml" "apply ./name.xml --yes"; do
    # shellcheck disable=SC2086 # words
    vt $words
    ok "$words: no $file, exit 1" is "$status" 1
    ok "... could not look" has "$err" "Could not look: "
    ok "... which, and why" has "$err" "/0001/$file: it is no regular file."
    ok "... and not that there is nothing" lacks "$out" "othing is open"
    ok "... nor that nothing was changed" lacks "$out" "changed nothing"
  done
  rmdir "$(record 0001)/$file" && mv kept "$(record 0001)/$file"
done
mv "$(record 0001)/before.xml" kept
vt history
ok "a record without its copy is told" has "$err" "before.xml: No such file"
mv kept "$(record 0001)/before.xml"
mv "$(record 0001)/state" kept && mkdir "$(record 0001)/state"
echo "7 h dump" >keys
vt --script keys ./name.xml
ok "the screen says it, too" has "$out" "Could not look: "
ok "... and not that there is nothing" lacks "$out" "has changed nothing"
rmdir "$(record 0001)/state" && mv kept "$(record 0001)/state"
nobody() { run setpriv --reuid 65534 --regid 65534 --clear-groups "$program" \
  --sysroot "$host" --root root "$@"; }
chmod 755 "$scratch"
# A checkout that only root may read is none for nobody.
if [ "$(id -u)" = 0 ] && nobody show cpus && [ "$status" = 0 ]; then
  for words in "history ./name.xml" history repair "repair ./name.xml" \
    "undo ./name.xml"; do
    # shellcheck disable=SC2086 # words
    nobody $words
    ok "as nobody, $words: exit 5" is "$status" 5
    ok "... could not look" has "$err" "Permission denied. Run virt-tune as root."
    ok "... and nothing else" is "$out" ""
  done
  tried=0
  for plans in plans $'plans\x01'; do
    mkdir -m 777 "$plans"
    TMPDIR=$scratch/$plans nobody apply ./name.xml --yes --layout 2
    tried=$((tried + 1))
    ls "$plans" >"saved.$tried"
  done
  ok "as nobody, a plan is saved" grep -q '\.plan$' saved.1
  ok "... but none whose command cannot be told" is "$(cat saved.2)" ""
  ok "... and none is said to be" lacks "$err" "is saved"
else
  echo "# not root, or nobody cannot read this: not tried as nobody"
fi

# A draft that cannot be saved is not lost without a word.
rm -rf root && mkdir -p root/var/lib/virt-tune
cp "$data/demo/win10.xml" w.xml
echo "blocked" >root/var/lib/virt-tune/drafts
said="The draft could not be saved: "
echo "p dump 6 dump" >keys
vt --script keys ./w.xml
ok "a draft that cannot be saved is told" has "${out%%Review]*}" "$said"
ok "... with its reason" has "$out" "var/lib/virt-tune/drafts"
ok "... once" is "$(grep -c "$said" <<<"$out")" 1
rm root/var/lib/virt-tune/drafts
echo "p dump" >keys
vt --script keys ./w.xml
ok "one that can is saved without a word" lacks "$out" "$said"
ok "... and is there" test -e "$(echo root/var/lib/virt-tune/drafts/*.plan)"

# A domain that is gone: its hook does not stay for ever.
gone() { # TEXT DOMAIN APPLY...: applied, to be removed and undone
  rm -rf root && cp "$data/demo/win10.xml" gone.xml
  vt "$@" --yes --layout 1 --set hugepages=keep
  ok "a hook is applied" test -n "$(ls root/etc/libvirt/hooks/virt-tune)"
}
gone apply ./gone.xml
rm gone.xml
vt history ./gone.xml
ok "a file that is gone has its history" has "$out" "applied"
vt undo ./gone.xml
ok "... and is undone" is "$status" 0
ok "... which says what that does" has "$out" \
  "win10 is gone: only its hook files went back."
ok "... the hook is gone, too" test ! -e root/etc
ok "... and no file came" test ! -e gone.xml
vt history ./gone.xml
ok "... it is in the journal" has "$(grep '^0002' <<<"$out")" "undo of 0001"
vt undo ./gone.xml 2
ok "... and is not put in force again" has "$err" "win10 is gone: nothing"
vt undo ./other.xml
ok "a file that never was is none" has "$err" "cannot be read"
gone apply ./gone.xml
echo begun >"$(record 0001)/state"
rm gone.xml
vt repair ./gone.xml --finish
ok "what was cut off of it is not finished" is "$status" 3
vt repair --take-back
ok "... it is taken back" is "$status" 0
ok "... with a sentence" has "$out" "win10 is gone, only its hook files"
ok "... without its hook" test ! -e root/etc
vt repair
ok "... and closed" has "$out" "Nothing is open."

# The same of libvirt: it was undefined there.
cp "$data/demo/node.xml" node.xml
uri=test://$scratch/node.xml
gone -c "$uri" apply win10
sed -i 's|<name>win10<|<name>win12<|; s|8f1d6a52|8f1d6a53|' node.xml
vt -c "$uri" undo win11-none
ok "a domain that never was is none" is "$status" 1
vt -c "$uri" undo win10
ok "one that is gone is undone" is "$status" 0
ok "... which says so" has "$out" "win10 is gone: only its hook files"
ok "... without its hook" test ! -e root/etc
gone -c "$uri" apply win12
sed -i 's|<name>win12<|<name>win13<|' node.xml
vt -c "$uri" undo win12
ok "one that was renamed is not gone" is "$status" 1
ok "... its hook stays" test -e root/etc
vt -c "test://$scratch/nowhere.xml" undo win12
ok "nor one whose libvirt does not answer" is "$status" 1
ok "... its hook stays" test -e root/etc

# What a later record of ours changed is no edit of somebody.
rm -rf root && cp "$data/demo/win10.xml" w.xml
apply ./w.xml
vt apply ./w.xml --yes --layout 2 --set hugepages=keep
ok "two records in one place" is "$status" 0
vt undo ./w.xml 1
ok "the older one is refused" is "$status" 4
ok "... and the later one named" has "$err" \
  "That was record 0002: undo that first."
sed -i "s|<vcpupin vcpu='0' cpuset='[^']*'|<vcpupin vcpu='0' cpuset='7'|" w.xml
vt undo ./w.xml 1
ok "an edit of somebody is refused" is "$status" 4
ok "... and called none of ours" lacks "$err" "That was record"

# Another one with another journal, at the same file: its change is not lost.
if command -v flock >/dev/null; then
  rm -rf root && cp "$data/demo/win10.xml" w.xml
  lock=root/var/lib/virt-tune/lock
  # shellcheck disable=SC2016 # expands there
  flock . sh -c 'echo >held
    for i in $(seq 600); do [ -e "$1" ] && break; sleep 0.1; done
    sleep 0.5; echo "<!-- other -->" >>w.xml' sh "$lock" &
  for ((i = 0; i < 600; i++)); do [ -e held ] && break; sleep 0.1; done
  apply ./w.xml
  wait
  ok "who waits sees what was changed meanwhile" is "$status" 4
  ok "... and it stays" is "$(tail -1 w.xml)" "<!-- other -->"
else
  echo "# no flock: the lock of a file's directory was not tried"
fi
finish
