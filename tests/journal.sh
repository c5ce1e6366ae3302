#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# journal.sh PROGRAM HOSTS - history, undo of any record, drafts, the lock, and
# what the screens ask when something was left open.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
program=$(realpath "$1") host=$(realpath "$2")/i7-12700k
data=$(cd "$(dirname "$0")/../data" && pwd)
cd "$scratch" || exit 1
cp "$data/demo/win10.xml" w.xml
cp w.xml original.xml
vt() { run "$program" --sysroot "$host" --root root "$@"; }
play() { # KEYS...: the screens, driven by these keys
  echo "$*" >keys
  vt ${options:+"$options"} --script keys ./w.xml
}
record() { echo root/var/lib/virt-tune/file-*/"$1"; }

vt history ./w.xml
ok "no history" has "$out" "has changed nothing"
vt history
ok "of any domain" has "$out" "has changed nothing"
vt apply ./w.xml --yes --layout 1 --set hugepages=keep
cp w.xml first.xml
vt apply ./w.xml --yes --layout keep --set hugepages=2M
ok "two applies" is "$status" 0
cp w.xml second.xml
vt history ./w.xml
ok "history has both" is "$(grep -c ' applied$' <<<"$out")" 2
ok "the newest first" has "$(sed -n 2p <<<"$out")" 0002
ok "with their changes" has "$out" "8192 huge pages of 2 MiB"
vt history ./w.xml 2
ok "and their differences" has "$out" "+      <page size='2048' unit='KiB'/>"
vt history ./w.xml 7
ok "a record that is not there" is "$status" 1
vt history ./w.xml seven
ok "nor a number" is "$status" 2
vt history --json
ok "history as JSON" has "$out" '"state": "applied"'

# The older one first: the newer one's change stays.
vt undo ./w.xml 1
ok "an older record is undone alone" is "$status" 0
ok "the pins are gone" lacks "$(<w.xml)" "<vcpupin"
ok "the pages stay" has "$(<w.xml)" "<page size='2048'"
vt undo ./w.xml 1
ok "not twice" is "$status" 1
vt undo ./w.xml
ok "then the newer one" is "$status" 0
ok "gives the first bytes" cmp w.xml original.xml
ok "and no hook" test ! -e root/etc
vt undo ./w.xml
ok "then there is nothing more" is "$status" 0
vt history ./w.xml
ok "history says so" is "$(grep -c ' undone$' <<<"$out")" 2
vt undo ./w.xml 4
vt history ./w.xml
ok "an undone undo is named as what it brings again" has "$out" \
  "again: 8192 huge pages"
ok "... not as an undo" lacks "$out" "again: undo"
ok "the undo of the newer one is undone" has "$(<w.xml)" "<page size='2048'"
vt history ./w.xml
ok "which is in force again" has "$(grep '^0002' <<<"$out")" " applied"
ok "its undo is undone" has "$(grep '^0004' <<<"$out")" " undone"
cp original.xml w.xml
rm -rf root

# The hook's file goes with its records, in any order.
data_file() { sed '/^#/d' root/etc/libvirt/hooks/virt-tune/*.conf; }
vt apply ./w.xml --yes --set host.sleep=off
data_file >first.conf
vt apply ./w.xml --yes --layout keep --set host.sleep=on
ok "two applies write the hook's file" \
  is "$(data_file | grep -vxFf first.conf)" "inhibit_sleep = yes"
vt undo ./w.xml 1
ok "the older one is undone" is "$status" 0
ok "... what the newer one wrote stays, and only that" \
  is "$(data_file)" $'version = 1\nname = win10\ninhibit_sleep = yes'
ok "... with the script" test -x root/etc/libvirt/hooks/qemu.d/50-virt-tune
vt undo ./w.xml 3
ok "... and again" is "$status" 0
ok "... it has both" is "$(data_file | sort)" \
  "$( (cat first.conf; echo "inhibit_sleep = yes") | sort)"
vt undo ./w.xml 1
vt undo ./w.xml
ok "both are undone: there is no hook" test ! -e root/etc
ok "... and the first bytes" cmp w.xml original.xml
vt apply ./w.xml --yes
vt apply ./w.xml --yes --layout keep --set host.sleep=off
vt undo ./w.xml 7
ok "what the newer one took away does not hold the older one up" \
  is "$status" 0
ok "... and nothing of it is left" test ! -e root/etc
vt undo ./w.xml
ok "nor of the newer one, undone then" test ! -e root/etc
ok "... with the first bytes" cmp w.xml original.xml
rm -rf root && cp original.xml w.xml

# Edited since where the record changed it: named, and asked.
vt apply ./w.xml --yes
sed -i "s/vcpu='3' cpuset='7'/vcpu='3' cpuset='19'/
  s/<emulatorpin cpuset='16-17'/<emulatorpin cpuset='18'/
  s/<on_reboot>restart/<on_reboot>destroy/" w.xml
sed -i 's/^inhibit_sleep = .*/inhibit_sleep = maybe/' \
  root/etc/libvirt/hooks/virt-tune/*.conf
cp w.xml by-hand.xml && cp -a root by-hand
vt undo ./w.xml
ok "a conflict stops undo with 4" is "$status" 4
ok "... that says how to go on" has "$err" "--keep-edits"
ok "... and names the first" has "$out" "cpuset='7'/> is now <vcpupin"
ok "... the second" has "$out" "  - <emulatorpin cpuset='18'/>"
ok "... and that of the hook's file" has "$out" "  - inhibit_sleep = maybe"
ok "... and writes nothing" cmp w.xml by-hand.xml
ok "... of the hook either" diff -r root by-hand
vt undo ./w.xml --keep-edits --drop-edits
ok "both ways at once are refused" is "$status" 2
vt apply ./w.xml --keep-edits
ok "it is of undo alone" is "$status" 2
vt undo ./w.xml --keep-edits
ok "the edits are kept" is "$status" 0
ok "... and named" has "$out" "Kept: <emulatorpin"
ok "... the pin" is "$(grep -c '<vcpupin' w.xml)" 1
ok "... as it was made by hand" has "$(<w.xml)" "vcpu='3' cpuset='19'"
ok "... the other, too" has "$(<w.xml)" "<emulatorpin cpuset='18'"
ok "... and the edit elsewhere" has "$(<w.xml)" "<on_reboot>destroy"
ok "... the rest is undone" lacks "$(<w.xml)" "<hugepages"
ok "... the hook's line is kept" is "$(data_file | tail -1)" \
  "inhibit_sleep = maybe"
vt history ./w.xml
ok "... and history says undone" has "$(grep '^0001' <<<"$out")" " undone"
vt undo ./w.xml 2
ok "that undo is undone" is "$status" 0
ok "... to what was there, edits and all" cmp w.xml by-hand.xml
vt undo ./w.xml --drop-edits
ok "the edits go" is "$status" 0
ok "... and that is said" has "$out" "Taken back: <emulatorpin"
ok "... there is no pin" lacks "$(<w.xml)" "<vcpupin"
ok "... and no hook" test ! -e root/etc
ok "... what was edited elsewhere stays" has "$(<w.xml)" "<on_reboot>destroy"
sed -i 's/<on_reboot>destroy/<on_reboot>restart/' w.xml
ok "... all else is as it was" cmp w.xml original.xml
rm -rf root && mv by-hand root && cp by-hand.xml w.xml

# On a terminal each is asked for: the first is kept, the others go back.
asked() { # ANSWERS: undo on a terminal
  status=0
  printf '%s\n' "$@" | script -qec \
    "'$program' --sysroot '$host' --root root undo ./w.xml" /dev/null \
    >asked 2>&1 || status=$?
  out=$(tr -d '\r' <asked)
}
if command -v script >/dev/null; then
  asked k q
  ok "another answer leaves it all" cmp w.xml by-hand.xml
  ok "... and says so" has "$out" "Nothing was written"
  asked "keep this one, back and so on"
  ok "what is behind a long answer answers nothing" cmp w.xml by-hand.xml
  ok "... two questions are asked" is "$(grep -o 'eep the edit' <<<"$out" |
    wc -l)" 2
  asked k b b
  ok "each answer is its own" is "$status" 0
  ok "... one is kept" is "$(grep -c 'Kept: ' <<<"$out")" 1
  ok "... two are not" is "$(grep -c 'Taken back: ' <<<"$out")" 2
  ok "... so it is in the definition" is "$(grep -c 'pin ' w.xml)" 1
fi
rm -rf root && cp original.xml w.xml

# Someone else writes just now.
vt apply ./w.xml --yes
cp w.xml applied.xml
(flock 9; sleep 2) 9<root/var/lib/virt-tune/lock &
sleep 0.3
vt undo ./w.xml
ok "the lock is waited for" is "$status" 0
wait
ok "then undo is whole" cmp w.xml original.xml
rm -rf root
for n in 1 2 3 4 5; do
  "$program" --sysroot "$host" --root root apply ./w.xml --yes \
    >"many.$n" 2>&1 </dev/null &
done
ends=
for job in $(jobs -p); do
  code=0
  wait "$job" || code=$?
  ends+="$code "
done
ok "of five at once the others are told: $ends" \
  is "$(tr ' ' '\n' <<<"$ends" | grep -c '[^04]')" 0
ok "only one applied" is "$(grep -l '^Applied' many.* | wc -l)" 1
ok "and it is whole" cmp w.xml applied.xml
vt undo ./w.xml
ok "and undone" cmp w.xml original.xml
rm -rf root

# What a file system lost of a record is told, not taken for what was stored.
vt apply ./w.xml --yes
for name in before preview after; do
  cp "$(record 0001)/$name.xml" kept.xml
  : >"$(record 0001)/$name.xml"
  cp w.xml applied.xml
  vt undo ./w.xml
  ok "an empty $name.xml: undo cannot look" is "$status" 1
  ok "... and names it" has "$err" "Could not look: "
  ok "... and changes nothing" cmp w.xml applied.xml
  vt check ./w.xml
  ok "... check does not say that it was planned" is "$status" 3
  cp kept.xml "$(record 0001)/$name.xml"
done
vt undo ./w.xml
ok "... which is whole again" cmp w.xml original.xml
rm -rf root

# An apply that was cut off, as a kill leaves it.
vt apply ./w.xml --yes
printf begun >"$(record 0001)/state"
rm "$(record 0001)/after.xml"
cp -a root cut
vt apply ./w.xml --yes --set hugepages=1G
ok "nothing is built on an open record" is "$status" 3
ok "and it says what to do" has "$err" "--root root repair "
vt apply ./w.xml --yes --layout keep
ok "... not even nothing" is "$status" 3
ok "... with the same words" has "$err" "is open"
vt undo ./w.xml
ok "nor undone" is "$status" 3
ok "... which says why" has "$err" "is open"
vt --read-only repair
ok "a read-only session only tells" is "$status" 3
vt repair
ok "without an answer nothing is done" is "$status" 2
play dump
ok "the screens ask" has "$out" "Record 0001 of win10 is open"
options=--read-only play dump f dump
ok "read-only screens only tell" has "$out" "this is a read-only session"
ok "and do nothing" is "$(<"$(record 0001)/state")" begun
play Enter 4 Tab 7 a dump
ok "left open, nothing can be applied" has "$out" "is open"
play t dump
ok "taken back in the screens" has "$out" "Record 0001 is taken back"
ok "byte for byte" cmp w.xml original.xml
ok "with the hook" test ! -e root/etc
rm -rf root && mv cut root && cp applied.xml w.xml
play f dump
ok "or finished there" has "$out" "Record 0001 is finished"
ok "as it was wanted" cmp w.xml applied.xml
printf begun >"$(record 0001)/state"
sed -i "s/vcpu='3' cpuset='7'/vcpu='3' cpuset='19'/" w.xml
cp w.xml by-hand.xml
vt repair --take-back
ok "what was edited since stops a repair with 4" is "$status" 4
ok "and stays" cmp w.xml by-hand.xml
rm -rf root && cp original.xml w.xml

# The script is all domains': who takes back looks at what they need today.
script=root/etc/libvirt/hooks/qemu.d/50-virt-tune
hooked=root/etc/libvirt/hooks/virt-tune
cut_off() { # an apply that stopped before it could say that it ended
  rm -rf root && cp original.xml w.xml
  vt apply ./w.xml --yes
  printf begun >"$(record 0001)/state"
}
sed -e 's/8f1d6a52/11111111/' -e 's/<name>win10/<name>other/' original.xml \
  >other.xml
cut_off
vt apply ./other.xml --yes
ok "another domain is applied meanwhile" is "$status" 0
vt repair ./w.xml --take-back
ok "the first is taken back" cmp w.xml original.xml
ok "... its data, too" is "$(find $hooked -name '8f1d6a52*')" ""
ok "... the script stays for the other" test -x $script
ok "... and that is said" has "$out" "what others edited since, or need of it"
vt undo ./other.xml
ok "it goes with the last" test ! -e root/etc
cut_off
mkdir -p root/run/virt-tune/display
touch root/run/virt-tune/display/one
vt repair ./w.xml --take-back
ok "it stays while a guest has to be released" test -x $script
cut_off
vt repair ./w.xml --take-back
ok "else it goes" test ! -e root/etc
ok "... and all is as it was" has "$out" "all is as it was before it"

# What somebody wrote into the hook's file since is his.
cut_off
echo "# mine" >>$hooked/8f1d6a52*.conf
vt repair ./w.xml --take-back
ok "a note in the hook's file survives" grep -qx "# mine" $hooked/8f1d6a52*.conf
ok "... our lines do not" is "$(grep -c guest_cpus $hooked/8f1d6a52*.conf)" 0
ok "... and not all is said to be as before" lacks "$out" "all is as it was"
cut_off
sed -i 's/^guest_cpus = .*/guest_cpus = 2-3/' $hooked/8f1d6a52*.conf
cp $hooked/8f1d6a52*.conf by-hand.conf
vt repair ./w.xml --take-back
ok "a line of ours that was edited stops it with 4" is "$status" 4
ok "... says why" has "$err" "was changed by someone else; that edit stays"
ok "... and stays" cmp $hooked/8f1d6a52*.conf by-hand.conf
ok "... the record is open" is "$(<"$(record 0001)/state")" begun
rm -rf root && cp original.xml w.xml

# What is checked is the script that is there, whoever wrote it.
vt apply ./w.xml --yes
vt apply ./other.xml --yes
rm $script
vt check ./other.xml
ok "a script that is gone is seen" has "$out" "The hook is gone"
ok "... with 3" is "$status" 3
vt apply ./other.xml --yes
ok "... apply writes it anew" cmp $script "$data/50-virt-tune"
upgrade() { # as if an older version had written it
  grep -lr '^conf_dir=' $script root/var | xargs sed -i '2a # older'
}
upgrade
vt check ./w.xml
ok "an older version is seen" has "$out" "The hook is another version"
vt apply ./other.xml --yes
ok "... another domain's apply writes it anew" \
  cmp $script "$data/50-virt-tune"
vt check ./w.xml
ok "... which is right for all" has "$out" "The hook is as it was written"
for n in 3 2 1; do
  vt undo ./other.xml "$n"
done
ok "... and stays for the first" test -x $script
upgrade
vt undo ./w.xml
ok "the last undo takes an older version away, too" test ! -e $script

# The command of a repair is as it is to be typed.
rm -rf root && cp original.xml "it's mine.xml"
vt apply "./it's mine.xml" --yes
echo begun >"$(record 0001/state)"
vt undo "./it's mine.xml"
ok "the command of a repair quotes the path" \
  has "$err" "repair '$(pwd -P)/it'\\''s mine.xml' --finish"
rm -rf root "it's mine.xml"

# /etc became read-only: nothing was changed, so there is nothing to repair.
if unshare --mount true 2>/dev/null; then
  rm -rf root && cp original.xml w.xml && mkdir -p root/etc
  vt apply ./w.xml --yes
  cp w.xml first.xml
  # shellcheck disable=SC2016 # it is that shell's
  run unshare --mount bash -c 'mount --bind root/etc root/etc &&
    mount -o remount,bind,ro root/etc && exec "$@"' - \
    "$program" --sysroot "$host" --root root undo ./w.xml
  ok "an undo beneath a read-only /etc fails" is "$status" 5
  ok "... and says that all is as before" has "$err" "Everything is as it was"
  ok "... which is so" cmp w.xml first.xml
  vt undo ./w.xml
  ok "... it is undone when it can be written" cmp w.xml original.xml
fi

# A version before ours comes back, as long as nobody relies on the newer one.
older() { grep -qx "# older" $script; }
update() { # the hook of an older version, and a change with that of today
  rm -rf root && cp original.xml w.xml
  vt apply ./w.xml --yes
  upgrade
  cp -a root older && cp w.xml older.xml
  vt apply ./w.xml --yes --layout keep --set host.sleep=off
}
update
ok "an apply brings the newer version" cmp $script "$data/50-virt-tune"
vt undo ./w.xml
ok "its undo brings the older one back" older
ok "... with all else" diff -r root/etc older/etc
ok "... and its domain" cmp w.xml older.xml
vt undo ./w.xml 3
ok "a redo brings that of today" cmp $script "$data/50-virt-tune"
vt undo ./w.xml 2
vt undo ./w.xml 1
ok "all undone, there is none" test ! -e root/etc
rm -rf older && update
vt undo ./w.xml 1
vt undo ./w.xml 2
ok "... in any order" test ! -e root/etc
rm -rf older && update
vt undo ./w.xml
vt apply ./w.xml --yes --layout keep
ok "an apply that is just the newer version" is \
  "$(ls "$(record 0004)"/file-*.path)" "$(record 0004)/file-0.path"
vt undo ./w.xml
ok "... is undone, too" older
rm -rf older && update
vt apply ./w.xml --yes --layout keep --set host.frequency=off
vt undo ./w.xml 2
ok "the newer one stays for a later record" cmp $script "$data/50-virt-tune"
newer="stays the newer version: a guest or a later record relies on it."
ok "... which is said" has "$out" "$newer"
rm -rf older && update
vt apply ./other.xml --yes
vt undo ./w.xml
ok "it stays for another domain" cmp $script "$data/50-virt-tune"
ok "... which is said" has "$out" "$newer"
rm -rf older && update
mkdir -p root/run/virt-tune/sleep && touch root/run/virt-tune/sleep/one
vt undo ./w.xml
ok "... and for a guest that runs" has "$out" "$newer"
rm -rf older && update
printf begun >"$(record 0002)/state"
cp -a root cut && cp w.xml cut.xml
vt repair ./w.xml --take-back
ok "a cut off update is taken back" diff -r root/etc older/etc
ok "... and said so" has "$out" "all is as it was before it"
rm -rf root && cp -a cut root && cp cut.xml w.xml
vt apply ./other.xml --yes
vt repair ./w.xml --take-back
ok "... but not from under another domain" cmp $script "$data/50-virt-tune"
ok "... which is said" has "$out" "what others edited since, or need of it"
ok "... its own data are as before" \
  cmp $hooked/8f1d6a52*.conf older/etc/libvirt/hooks/virt-tune/8f1d6a52*.conf
rm -rf root && cp -a cut root && cp cut.xml w.xml
cp "$data/50-virt-tune" $script && sed -i '2a # newest' $script
cp -a root/var/lib/virt-tune/file-*/0001 later
cp $script later/file-0.after
mkdir root/var/lib/virt-tune/file-0123456789abcdef
mv later root/var/lib/virt-tune/file-0123456789abcdef/0001
vt repair ./w.xml --finish
ok "an even newer one does not stop a repair" is "$status" 0
ok "... and stays" grep -qx "# newest" $script
rm -rf older cut root && cp original.xml w.xml
mkdir -p ${script%/*} $hooked
sed '2a # older' "$data/50-virt-tune" >$script && chmod 755 $script
cp -a root older
vt apply ./w.xml --yes
ok "one that no record knows is brought up to date" \
  cmp $script "$data/50-virt-tune"
vt undo ./w.xml
ok "... and comes back" diff -r root/etc older/etc
vt undo ./w.xml 2
vt undo ./w.xml
ok "... each time" diff -r root/etc older/etc

rm -rf root && cp original.xml w.xml
vt apply ./w.xml --yes
sed -i '2a # mine' $script
vt undo ./w.xml
ok "one that somebody edited stays" grep -qx "# mine" $script
ok "... and that is said" has "$out" "50-virt-tune was changed since; it stays"
ok "... as is that not all goes" has "$out" "what was edited since stays"
rm -rf root && cp original.xml w.xml
vt apply ./w.xml --yes
sed -i '2a # mine' $script
vt undo ./w.xml --drop-edits
ok "... but with --drop-edits it goes" test ! -e root/etc
ok "... and nothing is said to stay" \
  has "$out" "win10 is as it was before"
rm -rf root && cp original.xml w.xml
mkdir -p ${script%/*}
vt apply ./w.xml --yes
printf '#!/bin/sh\nexit 0\n' >$script
vt undo ./w.xml --drop-edits
ok "... unless it is no more ours" is "$(tail -1 $script)" "exit 0"
ok "... which is said" has "$out" "50-virt-tune was changed since; it stays"

# A line that somebody added is no conflict: its file stays, and is named.
rm -rf root && cp original.xml w.xml
vt apply ./w.xml --yes
echo 'x = 1' >>"$(echo $hooked/*.conf)"
cp -a root added
vt undo ./w.xml
ok "a line that was added stays" is "$(tail -1 $hooked/*.conf)" "x = 1"
ok "... its file is named" has "$out" \
  "/$(cd root && echo etc/libvirt/hooks/virt-tune/*.conf) was changed since"
ok "... and the hook beside it" has "$out" "qemu.d/50-virt-tune with it."
ok "... not all is as before" lacks "$out" "is as it was before"
vt check ./w.xml
ok "... check says so, and no fault" lacks "$out" "does not fit"
ok "... of that file" has "$out" "stayed with what somebody added"
rm -rf root && mv added root && cp original.xml w.xml
cp root/var/lib/virt-tune/file-*/0001/after.xml w.xml
vt undo ./w.xml --drop-edits
ok "... with --drop-edits it goes, too" test ! -e root/etc
ok "... and that all is as before is said" has "$out" "is as it was before"
ok "... and so" cmp w.xml original.xml
# ... but not what a later record wrote.
vt apply ./w.xml --yes --set host.sleep=off
vt apply ./w.xml --yes --layout keep --set host.sleep=on
vt undo ./w.xml 3 --drop-edits
ok "what a later record wrote is no edit to drop" \
  has "$(data_file)" "inhibit_sleep = yes"
rm -rf root && cp original.xml w.xml
mkdir -p $hooked
vt apply ./w.xml --yes
vt undo ./w.xml
ok "a directory that was there before stays" test -d $hooked
ok "... what we made goes" test ! -e root/etc/libvirt/hooks/qemu.d
rm -rf root && cp original.xml w.xml

# What cannot be read is not what is not there.
refused() { # WHAT FILE WHY: apply writes nothing, and says what to do
  cp "$2" foreign
  vt apply ./w.xml --yes
  ok "$1 is refused" is "$status" 3
  ok "... by name" has "$err" "$3 It is left alone; move it away first."
  ok "... and left" cmp foreign "$2"
  ok "... as the domain" cmp w.xml original.xml
  ok "... nothing else is written" is "$(find root -type f)" "$2"
}
mkdir -p ${script%/*} $hooked
truncate -s 17M $script
refused "a huge script" $script "50-virt-tune cannot be read: File too large."
printf '#!/bin/sh\0\n' >$script
refused "a NUL byte in it" $script "it has a NUL byte."
rm $script
conf=$hooked/8f1d6a52-3c0e-4b7a-9d15-2e6f0c4b8a91.conf
printf 'version = 1\0mine\n' >$conf
refused "a NUL byte in the hook's file" $conf "it has a NUL byte."
rm -rf root
vt apply ./w.xml --yes
printf '# \0\n' >>$conf
cp $conf foreign
vt undo ./w.xml
ok "undo refuses it, too" has "$err" "it has a NUL byte."
ok "... with 3" is "$status" 3
printf begun >"$(record 0001)/state"
vt repair ./w.xml --take-back
ok "so does a repair" has "$err" "it has a NUL byte."
ok "... and leaves it" cmp $conf foreign
rm -rf root && cp original.xml w.xml

# What check says of an edit.
vt apply ./w.xml --yes
sed -i "s/vcpu='3' cpuset='7'/vcpu='3' cpuset='19'/" w.xml
vt check --seconds 0 ./w.xml
ok "a line of ours that was edited" has "$out" "1 line that virt-tune wrote was changed"
ok "... is not somebody else's, too" lacks "$out" "The definition was edited since"
sed -i "/vcpu='3' cpuset='19'/d; s/<on_reboot>restart/<on_reboot>destroy/" w.xml
vt check --seconds 0 ./w.xml
ok "one that was removed" has "$out" "1 line that virt-tune wrote was changed"
ok "... hides no edit elsewhere" has "$out" "2 lines, none of virt-tune's"
rm -rf root && cp original.xml w.xml

# What U brings back in step 7 is asked for, not hidden behind what was done.
play Enter p 7 a u a U dump
ok "U brings back what was undone, and Apply asks" has "$out" "Apply 10 changes"
rm -rf root && cp original.xml w.xml

# Drafts.
play p 4
ok "an edit leaves a draft" test -e root/var/lib/virt-tune/drafts/file-*.plan
play dump
ok "which is offered" has "$out" "A draft of win10"
ok "with how much it is, and where it was left" has "$(tr -s ' \n' ' ' <<<"$out")" \
  "is there: 10 changes, left in step 4."
play Enter dump
ok "gone on with, at its step" has "$out" "[4 CPUs]"
ok "with its changes" has "$out" "10 changes"
ok "which is said" has "$out" "The draft is in the plan"
play Enter 1 Esc
play Enter dump
ok "who leaves by step 1 goes on in the step before" has "$out" "[4 CPUs]"
play Enter 5 d 4
play Enter Enter 6 dump
ok "... and is not proposed again" lacks "$out" "huge pages of"
play n p 4
sed -i 's/<on_reboot>restart/<on_reboot>destroy/' w.xml
play dump
ok "a changed domain is explained" has "$out" "The domain was changed since"
cp original.xml w.xml
play q
ok "q keeps it" test -e root/var/lib/virt-tune/drafts/file-*.plan
cp -a root kept
play Enter 7 a dump
ok "applied" has "$out" "Record 0001"
ok "there is no draft" is "$(find root -name '*.plan')" ""
rm -rf root && mv kept root && cp original.xml w.xml
draft=$(find root -name '*.plan')

# What became of the host meanwhile: after a reboot, on a copy of it.
later() { # what is changed on a copy of the host; then the screens ask
  rm -rf later && cp -a "$host" later
  (cd later && "$@")
  run "$program" --sysroot later --root root --script keys ./w.xml
}
give_and_leave() { # a draft with a device
  rm -rf root && cp original.xml w.xml
  play p 3
  draft=$(find root -name '*.plan')
  echo dump >keys
}
give_and_leave
ok "a draft notes what it stands on" grep -q '^# was.device = 0000:' "$draft"
device=$(sed -n 's/^# was.device = \(0000:[^ ]*\).*/\1/p' "$draft" | head -1)
place=$(cd "$host" && readlink -f "sys/bus/pci/devices/$device" |
  sed "s|^$(pwd -P)/||")
later true
ok "nothing has changed: nothing is said" lacks "$out" " now"
ok "... but that it is there" has "$out" "A draft of win10"
later sed -i 's/ quiet/ intel_iommu=on isolcpus=4-7/' proc/cmdline
ok "the kernel's command line" has "$out" \
  "The kernel was started with these, too: isolcpus=4-7"
later sh -c 'echo 16 >sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages'
ok "huge pages" has "$out" "16 huge pages of 1048576 KiB are reserved now"
later sh -c 'echo 6.99.0-test >proc/sys/kernel/osrelease'
ok "the kernel" has "$out" "The kernel is 6.99.0-test now"
later sh -c 'rm -rf sys/kernel/iommu_groups
  find sys/devices -name iommu_group -delete'
ok "the IOMMU, off" has "$out" "The IOMMU is off now"
later sh -c "echo 0x1234 >$place/device"
ok "another device at its address" has "$out" "Another device is at $device"
later rm "sys/bus/pci/devices/$device"
ok "none there" has "$out" "Nothing is at $device any more"
later rm proc/cmdline
ok "what cannot be seen any more" has "$out" "could not be seen: the kernel's"
cp "$draft" draft
sed -i -e "s/^# was.device = $device/# was.device = 0000:7f:00.0/" \
  -e 's/^# was.iommu = on/# was.iommu = off/' \
  -e 's/^# was.cpus = .*/# was.cpus = 0-31/' \
  -e "s/^# was.group = $device:/& 0000:7f:00.1/" "$draft"
later true
ok "a device that moved" has "$out" "was at 0000:7f:00.0 is at $device now"
ok "the IOMMU, on" has "$out" "The IOMMU is on now, with 22 groups"
ok "CPUs" has "$out" "The CPUs online are 0-19 now; they were 0-31"
ok "its group" has "$out" "The IOMMU group of $device has"
sed -i 's/^dump/resize:60x17 dump/' keys
later sh -c 'echo 6.99.0-test >proc/sys/kernel/osrelease
  echo quieter >proc/cmdline'
ok "a small terminal has room for some of it" has "$out" "And more"
ok "... and for the answers" has "$out" "back; the draft stays"
echo dump >keys
printf '# was.cpus = \033[31m%%s%%n\n# was.device = x\n# was.group = y\n' \
  >>"$draft"
later true
ok "what a draft says is shown harmless" lacks "$out" $'\033'
cp draft "$draft"
echo Enter dump >keys
later sh -c 'echo 6.99.0-test >proc/sys/kernel/osrelease'
ok "it goes on with the draft" has "$out" "[3 Devices]"
rm -rf root later && cp original.xml w.xml
play p 4
draft=$(find root -name '*.plan')
cp "$draft" draft
# Booted without the second threads: the pins do not hold, all else does.
cp "$data/demo/i7-12700k.recipe" nosmt.recipe
echo "offline 1,3,5,7,9,11,13,15" >>nosmt.recipe
sh "$data/mkhost" nosmt.recipe nosmt
nosmt() { # KEYS...
  echo "$*" >keys
  run "$program" --sysroot nosmt --root root --script keys ./w.xml
}
nosmt dump
ok "CPUs that went offline are told" has "$out" "The CPUs online are 0,2,4,"
ok "... and what that means" has "$(tr -s ' \n' ' ' <<<"$out")" \
  "pins are left out. Choose a layout in step 4."
nosmt Enter 6 dump 4 - - - - 7 a dump
ok "the draft is taken up all the same" has "$out" "[6 Review]"
ok "... with its pages" has "$out" "8192 huge pages of 2 MiB"
ok "... and its I/O thread" has "$out" "I/O thread on CPUs of any kind, for disk"
ok "... without its pins" lacks "${out%%\[4 CPUs\]*}" "pin 12 vCPUs"
ok "... which are chosen anew" has "$out" "Record 0001"
ok "... of CPUs that are there" is \
  "$(grep -c "<vcpupin vcpu='[0-9]*' cpuset='[0-9]*[13579]'" w.xml)" 0
rm -rf root/var/lib/virt-tune/file-* root/etc && cp original.xml w.xml
put_draft() { # SED: the draft, edited so
  mkdir -p "${draft%/*}" && sed "$1" draft >"$draft"
}
put_draft '/^hugepages =/{
    p
    s/.*/pci.0000:7f:00.0 = guest 10de:2204 -\nboot.0000:7f:00.0 = 1/
  }'
play dump Enter 6 dump
ok "a device that is gone is named" has "$(tr -s ' \n' ' ' <<<"$out")" \
  "does not hold any more and is left out: pci.0000:7f:00.0."
ok "... the rest is taken up" has "$out" "pin 12 vCPUs"
ok "... pages, too" has "$out" "8192 huge pages of 2 MiB"
put_draft 's/^\(uuid = \|host = \)./\1/'
play Enter dump
ok "a draft of another domain is explained" has "$out" "made for another domain"
play n dump
ok "n starts anew" is "$(find root -name '*.plan')" ""
play p u
ok "taken back edits leave no draft" is "$(find root -name '*.plan')" ""
mkdir saved && cd saved && cp ../w.xml . && ln -s ../root .
play 2 s dump
ok "s in any step saves what Review would show" has "$out" "Saved in win10.plan"
vt plan ./w.xml -o proposed.plan
ok "... the proposal" cmp win10.plan proposed.plan
play n 8 tick w dump
ok "a report is saved" has "$out" "Saved in win10-check.txt"
sed -i 's/^CPU .*/CPU another/' win10-check.txt
play n 8 tick w dump
ok "... and replaced only by who says so" has "$out" "Another report is there"
ok "... until then it is there" grep -q '^CPU another' win10-check.txt
ok "... with the keys for that" has "$(tail -1 <<<"$out")" "Enter take it  Esc leave it"
play n 8 tick w Enter dump
ok "... then it is" has "$out" "Saved in win10-check.txt"
ok "... indeed" lacks "$(<win10-check.txt)" "CPU another"
echo mine >win10-check.txt
play n 8 tick w dump
ok "what is no report is left" has "$out" "Another file is there. Save as:"
cd .. && play n
options=--read-only play p
ok "a read-only session leaves none" is "$(find root -name '*.plan')" ""
run env HOME="$scratch/home" XDG_STATE_HOME= "$program" --demo --script keys
ok "nor the demo" test ! -e home
finish
