#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# passthrough_display.sh - the part of passthrough.sh that gives the host's only
# display away, on the passthrough host itself, as root, beside the program: a
# display manager holds the card, the console is on it, and a real driver, fbcon
# and systemd have to let it go and take it back.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/passthrough_guest.sh
. "$(dirname "$0")/passthrough_guest.sh"
program=$(dirname "$(realpath "$0")")/virt-tune
export LC_ALL=C.UTF-8
card=$(lspci -Dn -d 1234:1111 | cut -d' ' -f1)
sys=/sys/bus/pci/devices/$card
unit=/etc/systemd/system/seat.service
trap 'virsh -q destroy win10 >/dev/null 2>&1; virsh -q undefine win10 >/dev/null 2>&1
  systemctl -q disable --now seat.service 2>/dev/null; rm -f "$unit"
  systemctl daemon-reload; rm -rf "$scratch"' EXIT

driver() { basename "$(readlink "$sys/driver")"; }
# All that the hand-over may touch, and who holds the card.
display() {
  driver
  cat /proc/fb "$sys/driver_override" "$sys/d3cold_allowed"
  grep . /sys/class/vtconsole/*/bind
  systemctl is-active display-manager.service seat.service getty@tty1.service
  ls /dev/dri
  find /proc/[0-9]*/fd -lname /dev/dri/card0 2>/dev/null | wc -l
}
comes_back() { # FILE: 30 s until the display is as in it
  local try
  for ((try = 0; try < 150; try++)); do
    display >"$scratch/now" 2>&1
    cmp -s "$1" "$scratch/now" && return
    sleep 0.2
  done
  diff "$1" "$scratch/now"
}

# A display manager by any other name.
cat >"$unit" <<'END'
[Service]
ExecStart=/bin/sh -c 'exec 3<>/dev/dri/card0; exec sleep infinity'
[Install]
Alias=display-manager.service
WantedBy=multi-user.target
END
systemctl daemon-reload
ok "a display manager" systemctl -q enable --now seat.service
ok "a domain" define_guest qemu
stored >"$scratch/stored.xml"
sleep 1
display >"$scratch/before" 2>&1
sed 's/^/# /' "$scratch/before"
ok "the console is on the card" grep -q . /proc/fb
ok "somebody holds it" test "$(tail -1 "$scratch/before")" -gt 0

run "$program" preview win10 --give "$card"
ok "the only display is not given unasked" is "$status" 3
run "$program" apply win10 --give "$card" --despite-claims --yes
ok "asked for it is" is "$status" 0
ok "and is handed over" has "$out" "hand over the display"
systemctl restart libvirtd

for round in first second; do
  ok "$round: the guest starts" virsh -q start win10
  ok "the card is on vfio-pci" is "$(driver)" vfio-pci
  ok "the frame buffer is gone" is "$(</proc/fb)" ""
  ok "the display manager has ended" is \
    "$(systemctl is-active display-manager.service)" inactive
  ok "the guest ends" virsh -q destroy win10
  ok "the display is as it was" comes_back "$scratch/before"
done

# QEMU refuses after the display is down: it comes back by itself.
stored | sed "s|</domain>|<q:commandline \
xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'><q:arg value='-no-such'/>\
</q:commandline>&|" >"$scratch/broken.xml"
ok "a domain that QEMU refuses" virsh -q define "$scratch/broken.xml"
run virsh -q start win10
ok "does not start, and QEMU says why" has "$err" "no-such"
ok "and the display is as it was" comes_back "$scratch/before"

# A daemon that is killed while the guest has the card.
stored | sed '/<qemu:commandline>/,/<\/qemu:commandline>/d' >"$scratch/again.xml"
ok "mended" virsh -q define "$scratch/again.xml"
ok "the guest starts" virsh -q start win10
kill -9 "$(systemctl show -P MainPID libvirtd.service)"
sleep 1
systemctl start libvirtd
ok "the guest outlives libvirtd" is "$(virsh domstate win10 | head -1)" running
ok "the card is still the guest's" is "$(driver)" vfio-pci
kill -9 "$(</run/libvirt/qemu/win10.pid)"
ok "QEMU is killed: the display is as it was" comes_back "$scratch/before"

run "$program" undo win10
ok "undone" is "$status" 0
ok "the domain is as it was" diff "$scratch/stored.xml" <(stored)
finish
