#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# passthrough_host.sh IOMMU - the part of passthrough.sh that runs on the
# passthrough host itself, as root, beside the program.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/passthrough_guest.sh
. "$(dirname "$0")/passthrough_guest.sh"
program=$(dirname "$(realpath "$0")")/virt-tune
iommu=$1
export LC_ALL=C.UTF-8 TERM=screen
# A device that is alone in its group. The emulated AMD IOMMU loses the NVMe's
# interrupts, so that its driver gives up.
case $iommu in
  intel) class=0108 given_driver=nvme ;;
  amd) class=0c03 given_driver=xhci_hcd ;;
esac
given=$(lspci -Dn | awk -v class="$class:" '$2 == class { print $1; exit }')
trap 'tmux -L vt kill-server 2>/dev/null; virsh -q destroy win10 >/dev/null 2>&1
  virsh -q undefine win10 >/dev/null 2>&1
  rm -rf "$scratch"' EXIT

# What people run today, as "GROUP ADDRESS [class] [vendor:device]".
classic() {
  local link group
  for link in /sys/kernel/iommu_groups/*/devices/*; do
    group=${link#/sys/kernel/iommu_groups/}
    printf '%s %s\n' "${group%%/*}" "$(lspci -nns "${link##*/}")"
  done | sed -E 's/^([0-9]+ [^ ]+) .* (\[[0-9a-f]{4}\]): .* (\[....:....\]).*/\1 \2 \3/' |
    sort
}
ours() {
  "$program" show groups | awk '
    /^Group / { group = $2; sub(/,$/, "", group) }
    /^Without/ { exit } # an IOMMU itself: the script passes over it
    /^  [0-9a-f]+[0-9a-f:]*:[0-9a-f][0-9a-f]\.[0-7] / {
      print group, $1, $2, $3
    }' | sort
}
names() { # each device's name as lspci has it
  lspci | sed 's/^[^ ]* [^:]*: //; s/ (rev [0-9a-f]*)$//; s/ (prog-if .*//' | sort
}
our_names() {
  "$program" show groups | sed -nE \
    's/^  [0-9a-f:.]+ +\[....\] \[....:....\] \(rev ..\) [^ ]+ +[^ ]+ +//p' | sort
}
driver() { basename "$(readlink "/sys/bus/pci/devices/$1/driver")"; }
screen() { tmux -L vt capture-pane -p | sed 's/ *$//'; }
await() { # TEXT: until the screen shows it, 60 s at most
  local try
  for ((try = 0; try < 600; try++)); do
    [[ $(screen) == *"$1"* ]] && return
    sleep 0.1
  done
  screen | sed 's/^/#   /'
  return 1
}
press() { tmux -L vt send-keys "$@"; }
comes_back() { # DEVICE DRIVER: 20 s at most
  local try
  for ((try = 0; try < 100; try++)); do
    [ "$(driver "$1")" = "$2" ] && return
    sleep 0.2
  done
  return 1
}

classic >"$scratch/classic"
ours >"$scratch/ours"
ok "$iommu: $(wc -l <"$scratch/classic") devices in groups as the script says" \
  diff "$scratch/classic" "$scratch/ours"
ok "there are many of them" test "$(wc -l <"$scratch/classic")" -gt 15
names >"$scratch/names"
our_names >"$scratch/our_names"
ok "with lspci's names" diff "$scratch/names" "$scratch/our_names"
run "$program" show host
case $iommu in
  intel) ok "the IOMMU is seen" has "$out" "The IOMMU is on (Intel VT-d" ;;
  amd) ok "the IOMMU is seen" has "$out" "The IOMMU is on (AMD-Vi" ;;
esac
ok "KVM or why not" grep -qE 'ok +KVM is there|fail +KVM' "$scratch/out"

ok "a domain" define_guest qemu
stored >"$scratch/before.xml"
ok "the device is with its driver" comes_back "$given" "$given_driver"

# Step 3, the device found by its address, given; then reviewed and applied.
tmux -L vt -f /dev/null new-session -d -x 100 -y 40 \
  "$program win10; echo code \$?; sleep 1000"
ok "the screens" await "win10"
press 3
ok "step 3" await "[3 Devices]"
for ((try = 0; try < 60; try++)); do
  [[ $(screen) =~ \>[^$'\n']*"${given#0000:}" ]] && break
  press Down
  sleep 0.2
done
ok "the cursor is on the device" [ "$try" -lt 60 ]
press Space
ok "it goes to the guest" await "guest"
press 7
ok "on to Apply" await "[7 Apply]"
screen | sed 's/^/# /'
press a
ok "applied" await "read back and compared"
screen | sed 's/^/# /'
press q q
stored >"$scratch/after.xml"
ok "the hostdev is stored" has "$(<"$scratch/after.xml")" "<hostdev mode='subsystem' type='pci' managed='yes'>"

# The hook's directory is new: libvirt has to look again.
systemctl restart libvirtd
ok "the guest starts" virsh -q start win10
ok "the device is on vfio-pci" is "$(driver "$given")" vfio-pci
run "$program" show groups
ok "the list says so" grep -q "${given#0000:}.*vfio-pci" "$scratch/out"
ok "the guest ends" virsh -q destroy win10
ok "the device is back with its driver" comes_back "$given" "$given_driver"
run "$program" undo win10
ok "undone" is "$status" 0
ok "the domain is as it was" diff "$scratch/before.xml" <(stored)

# A graphics card goes with its sound function, by command.
gpu=$(lspci -Dn -d 1002:5159 | cut -d' ' -f1)
sound=${gpu%.0}.1
ok "the sound function is with its driver" comes_back "$sound" snd_hda_intel
run "$program" apply win10 --give "$gpu" --yes
ok "the card is given" is "$status" 0
ok "both functions are stored" is 2 "$(stored | grep -c '<hostdev')"
ok "the guest starts with it" virsh -q start win10
ok "the card is on vfio-pci" is "$(driver "$gpu")" vfio-pci
ok "its sound function too" is "$(driver "$sound")" vfio-pci
ok "the guest ends" virsh -q destroy win10
ok "the sound function is back" comes_back "$sound" snd_hda_intel
run "$program" undo win10
ok "undone, the domain is as it was" diff "$scratch/before.xml" <(stored)
finish
