#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# waiting.sh BUILD_DIR - a libvirtd that answers no more while the screens are
# used: it is told, Esc leaves the waiting and nothing else, and all goes on
# once it answers again. With a libvirtd of its own (libvirtd.sh, root).
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
here=$(cd "$(dirname "$0")" && pwd)
[ "$(id -u)" = 0 ] || plan_skip "only root can run a libvirtd of its own"
[ -n "${LIBVIRTD_TMP-}" ] || {
  rm -rf "$scratch"
  exec "$here/libvirtd.sh" run "$here/${0##*/}" "$(realpath "$1")"
}
# shellcheck source=tests/tmux.sh
. "$here/tmux.sh"
program=$1/virt-tune
shim=$1/tests/libfault.so
guest_file=$scratch/guest.xml

define() { virsh -q -c qemu:///system define "$guest_file" >/dev/null; }
stored() { timeout 60 virsh -q -c qemu:///system dumpxml --inactive win10; }
cat >"$guest_file" <<'END'
<domain type='qemu'>
  <name>win10</name>
  <uuid>8f1d6a52-3c0e-4b7a-9d15-2e6f0c4b8a91</uuid>
  <memory unit='GiB'>4</memory>
  <vcpu>12</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <cpu mode='maximum'/>
  <devices><memballoon model='none'/></devices>
</domain>
END
ok "a domain is defined" define || finish || exit 1
before=$(stored)
daemon() { kill "-$1" "$(cat /run/libvirt/libvirtd.pid)"; }
waits="Waiting for libvirtd ... Esc stops waiting."
leave() {
  press C-c
  await "code 130"
}
took() { # SECONDS: the last step took no longer
  [ "$SECONDS" -le "$1" ]
}
hosts=$1/hosts
run_screens="$program --sysroot $hosts/i7-12700k --root $scratch/root \
-c qemu:///system win10"
mkdir "$scratch/root"

start 80 24 "$run_screens"
await "[2 Host]"
press p
await "Every proposal"

# The list of domains.
press 1
await "Choose a virtual machine"
daemon STOP
press r
ok "the list: it is told" await "$waits"
ok "the screen is there meanwhile" has "$(screen)" "Choose a virtual machine"
mux resize-window -x 60 -y 17
ok "another size meanwhile is shown" await "$waits"
mux resize-window -x 80 -y 24
SECONDS=0
press Escape
ok "Esc ends it" await "waiting for libvirtd was"
ok "at once" took 3
ok "the list is as it was" has "$(screen)" "win10"
press 4
ok "other screens can be used, the plan is there" await "> A "
press Tab
ok "and be edited" await "> B "
press u
await "Undone"

# The definition, read again; twice, for each key may hang anew.
for try in first second; do
  press 6 r
  ok "read again, $try time: it is told" await "$waits"
  press Escape
  ok "Esc ends it" await "waiting for libvirtd was"
  ok "and keeps the plan" has "$(screen)" "Pending changes"
  press 5
  await "[5 Options]"
done

# Apply looks first, so nothing is written.
press 7
await "a: apply"
press a
ok "apply: it is told" await "$waits"
press x y
press Escape
ok "Esc ends it" await "waiting for libvirtd was"
ok "no hook is written" test ! -e "$scratch/root/etc"
ok "no record either" test ! -e "$scratch/root/var/lib/virt-tune/$(
  sed -n 's/.*<uuid>\(.*\)<.*/\1/p' "$guest_file")/0001"

# Its answer comes late, and is taken as if nothing had been.
daemon CONT
ok "nothing was defined" is "$(stored)" "$before"
press 6 r
ok "it answers again: all goes on" await "Nobody has changed the domain"
daemon STOP
press r
await "$waits"
daemon CONT
ok "an answer that comes late is taken" await "Nobody has changed the domain"
press 7
await "a: apply"
press a
ok "and it can be applied" await "Applied, read back"
press C-c
ok "C-c leaves" await "code 130"
define
rm -rf "$scratch/root/var" "$scratch/root/etc"

# A hang in the midst of an apply: what was begun is open, and is repaired.
# shellcheck disable=SC2016 # for the shell of the shim
hang='kill -STOP $(cat /run/libvirt/libvirtd.pid)'
start 80 24 "env FAULT_AT=1 FAULT_CALL=virDomainDefineXMLFlags FAULT_HOW=run \
FAULT_RUN='$hang' ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD=$shim \
$run_screens"
await "[2 Host]"
press p 7
await "a: apply"
press a
ok "it hangs while the domain is defined: it is told" await "$waits"
press Escape
ok "Esc ends it" await "[7 Apply"
ok "and says how it stands" await "for libvirtd was stopped"
daemon CONT
press C-c
await "code 130"
start 80 24 "$run_screens"
ok "the next start asks what to do" await "take it back: all will be as before"
press t
ok "it is taken back" await "is taken back"
ok "the domain is as before" is "$(stored)" "$before"
ok "no hook is left" is "$(find "$scratch/root/etc" -type f 2>/dev/null)" ""
press C-c
await "code 130"

# Signals and a lost terminal while it hangs: after some seconds it is left.
for signal in TERM HUP; do
  rm -rf "$scratch/root/var"
  start 80 24 "$run_screens"
  await "[2 Host]"
  press 1
  await "Choose a virtual machine"
  daemon STOP
  press r
  await "$waits"
  SECONDS=0
  kill "-$signal" "$(pgrep -n -f -- "^$program --sysroot")"
  ok "SIG$signal while it hangs: it ends" \
    await "code $([ $signal = TERM ] && echo 143 || echo 129)"
  ok "soon" took 9
  daemon CONT
done

# No daemon at all: found out in the midst of it, and at the start.
rm -rf "$scratch/root/var"
start 80 24 "$run_screens"
await "[2 Host]"
press 1
await "Choose a virtual machine"
daemon KILL
press r
ok "a daemon that has died is told" await "libvirt cannot be reached"
ok "and what was listed stays" has "$(screen)" "> win10"
"$here/libvirtd.sh" start
press r
ok "once it is there again all goes on" await "Nobody has changed the domain"
leave
daemon TERM
start 80 24 "$run_screens"
ok "without a daemon the start says what to start" \
  await "ystemctl start libvirtd.socket"
ok "and fails" await "code 1"
"$here/libvirtd.sh" start
finish
