#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# scripts.sh PROGRAM HOSTS FAULT - whole sessions in a real terminal, as people have
# them: what they set up, move, are refused, lose and take back; and how many
# keys that takes. GOLDEN_UPDATE=1 writes the first set-up's difference anew.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/tmux.sh
. "$(dirname "$0")/tmux.sh"
program=$(realpath "$1") hosts=$(realpath "$2") shim=$(realpath "$3")
here=$(cd "$(dirname "$0")" && pwd)
demo=$here/../data/demo
domain=$scratch/win10.xml root=$scratch/root
screens="$program --sysroot $hosts/i7-12700k --root $root $domain"
pressed=0
keys() { # KEY...: one after the other, and counted
  press "$@"
  pressed=$((pressed + $#))
}
at_most() { # NUMBER: keys since the count began
  echo "#   $pressed of $1 keys"
  [ "$pressed" -le "$1" ]
}
fresh() {
  rm -rf "$root"
  mkdir "$root"
  cp "$demo/win10.xml" "$domain"
}
leave() {
  press C-c
  await "code 130"
}
apply() { # as many keys as it takes: Apply is the next step, or not
  keys 7
  await "a: apply"
  keys a
  await "Applied, read back"
}
difference() { diff -U0 "$1" "$2" | grep -v '^[-+]\{3\}'; }
lines() { grep -c "^[$1]" "$scratch/difference"; }

# First set-up, from the list of domains: pinned, and every line seen.
start 80 24 "$program --demo"
await "Choose a virtual machine"
pressed=0
keys Down Enter
for screen in Host Devices CPUs Options; do
  ok "Enter leads to $screen" await "$screen]"
  keys Enter
done
ok "and to what would change" await "pin 12 vCPUs to CPUs 4-15"
keys v
ok "every line of it" await "+    <vcpupin vcpu='0' cpuset='4'/>"
ok "a pinned, previewed plan takes 12 keys at most" at_most 12
leave

# The same to its end: the file is as the golden difference says.
fresh
start 80 24 "$screens"
await "[2 Host]"
for screen in Devices CPUs Options Review Apply; do
  press Enter
  ok "Enter leads to $screen" await "$screen]"
done
press a
ok "a applies" await "Applied, read back"
leave
difference "$demo/win10.xml" "$domain" >"$scratch/difference"
[ -z "${GOLDEN_UPDATE-}" ] ||
  cp "$scratch/difference" "$here/golden/first-setup.diff"
ok "it is what was to be" \
  diff -u "$here/golden/first-setup.diff" "$scratch/difference"

# Later: one pair moves to another core, and nothing else.
cp "$domain" "$scratch/before.xml"
start 80 24 "$screens"
await "[2 Host]"
pressed=0
keys 4
await "[4 CPUs]"
keys Space Left Space 6
ok "one pair moves" await "pin 12 vCPUs to CPUs 2-3,6-15"
ok "in 6 keys at most" at_most 6
apply
leave
difference "$scratch/before.xml" "$domain" >"$scratch/difference"
ok "two lines go" is "$(lines -)" 2
ok "two lines come" is "$(lines +)" 2
ok "that are the pair's" is "$(grep -c "vcpupin vcpu='[01]'" \
  "$scratch/difference")" 4

# The disk with the host's own system is refused, and nothing is planned.
fresh
start 80 24 "$screens"
await "[2 Host]"
press 3 /
await "Find:"
press 0 2 : 0 0 Enter Space
ok "the host's disk is refused" await "The host needs it"
ok "with the reason" await "It holds / (nvme0n1p2)"
ok "nothing is in the plan" has "$(screen)" "unchanged"
press u
ok "not even to be undone" await "There is nothing to undo"
leave

# libvirt rejects the definition: all is as it was, and that is said.
fresh
start 80 24 "env FAULT_CALL=virDomainDefineXMLFlags FAULT_AT=1 FAULT_HOW=EIO \
ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD=$shim $program --demo \
--root $root win10"
await "[2 Host]"
press p 7
await "a: apply"
press a
ok "the step that failed is named" await "FAILED      4 definition stored"
ok "what was done is taken back" has "$(screen)" "taken back  3 hook files"
press v
await "the definition as it is stored"
ok "the definition is as before" lacks "$(screen)" vcpupin
ok "no hook is left" is "$(find "$root/etc" -type f 2>/dev/null)" ""
press q
leave

# A disk that is slow, and somebody who cannot wait: an apply that was begun is
# finished all the same. What never ends is left, and that is said.
slow_apply() { # SECONDS
  fresh
  start 80 24 "env FAULT_CALL=fsync FAULT_AT=20 FAULT_HOW=run \
FAULT_RUN='sleep $1' ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD=$shim \
$screens"
  await "[2 Host]"
  press p 7
  await "a: apply"
  press a
}
slow_apply 4
ok "a slow disk is told" await "Still at work"
press Escape
for ((n = 0; n < 60; n++)); do
  kill -TERM "$(pgrep -n -f -- "^$program .*--root $root")"
  mux resize-window -x $((70 + n % 20)) -y 24
  sleep 0.02
done
ok "... Esc does not end what it cannot end" lacks "$(screen)" "No longer"
ok "... nor do many signals" await "code 143"
ok "... all is written" grep -q vcpupin "$domain"
run "$program" --sysroot "$hosts/i7-12700k" --root "$root" repair
ok "... and nothing is open" has "$out" "othing is open"
slow_apply 20
await "Still at work"
kill -TERM "$(pgrep -n -f -- "^$program .*--root $root")"
sleep 8
ok "what does not end is left" await "code 143"
ok "... with a sentence" has "$(screen)" "Left while still at work"

# A lost terminal in the midst of it: the draft is offered, and goes on there.
fresh
start 80 24 "$screens"
await "[2 Host]"
press 4
await "[4 CPUs]"
press Tab
await "> B "
kill -HUP "$(pgrep -n -f -- "^$program .*--root $root")"
await "code 129"
start 80 24 "$screens"
ok "after a hang-up the draft is offered" await "A draft of win10"
press Enter
ok "and goes on where it was" await "[4 CPUs]"
ok "with what was chosen" has "$(screen)" "│ 0  ·│ 1  ·│ 2  ·│"
leave

# Undo after an edit by hand: what was ours goes, the edit stays.
fresh
sed -i 's|<on_crash>destroy</on_crash>|<on_crash>destroy</on_crash> <!-- mine -->|' \
  "$domain"
cp "$domain" "$scratch/before.xml"
start 80 24 "$screens"
await "[2 Host]"
press p
await "Every proposal"
apply
leave
sed -i 's|<on_reboot>restart|<on_reboot>destroy|' "$domain"
sed -i 's|<on_reboot>restart|<on_reboot>destroy|' "$scratch/before.xml"
"$program" --sysroot "$hosts/i7-12700k" --root "$root" undo --yes "$domain" >/dev/null 2>&1
ok "undo leaves the edit, and nothing of ours" \
  diff -u "$scratch/before.xml" "$domain"

# Who is not root sees and plans all; only Apply is refused, and says why.
fresh
chmod 755 "$scratch"
chmod 555 "$root"
mkdir -m 777 "$scratch/plans"
as_user=
[ "$(id -u)" != 0 ] || as_user="setpriv --reuid 65534 --regid 65534 --clear-groups"
# A checkout in root's own directory is not for others to run.
if $as_user test -x "$program"; then
  start 80 24 "cd /; env TMPDIR=$scratch/plans $as_user $screens"
  await "[2 Host]"
  press p
  ok "not root: all can be planned" await "10 changes"
  ok "a draft that cannot be kept is told" await "The draft could not be saved"
  press 6
  ok "and reviewed" await "pin 12 vCPUs to CPUs 4-15"
  press s
  ok "a plan that cannot be saved says so" await "cannot be"
  press 7
  await "a: apply"
  press a
  ok "Apply is refused" await "cannot be written"
  ok "with what to do" has "$(screen)" "Run virt-tune as"
  ok "... the command for root" has "$(screen)" "As root: virt-tune"
  ok "... and its plan" test -s "$(echo "$scratch"/plans/*.plan)"
  ok "nothing is written" cmp -s "$demo/win10.xml" "$domain"
  press q
  ok "and the screens go on" await "Pending changes"
  leave
fi
finish
