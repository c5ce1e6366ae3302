#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# hooknow.sh PROGRAM HOSTS - the dry run of the hook in a preview: what each
# service would change, with the values that a made-up host has now; what cannot
# be read is said; and nothing is changed.
# shellcheck disable=SC2016 # what is in quotes is for eval
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
program=$1 hosts=$2
xml=$scratch/win10.xml
root=$scratch/host
card=$root/sys/bus/pci/devices/0000:01:00.0
all=(--set hugepages=2M --set hugepages.reserve=on --set host.isolate=on
  --set host.interrupts=on --set host.frequency=on --set host.sleep=on
  --set host.devices=on --set host.display=on --set host.commands=on)

command -v python3 >/dev/null || plan_skip "python3 is not installed"

preview() {
  "$program" --sysroot "$root" --root "$scratch/files" preview "$xml" \
    "${all[@]}" "$@"
}
# SERVICE: its sentences
says() {
  preview --json | python3 -c '
import json, sys
for one in json.load(sys.stdin)["hook_now"]:
    if one["service"] == sys.argv[1]:
        print("" if one["known"] else "UNSEEN ", one["text"], sep="")' "$1"
}
put() { mkdir -p "$root/${1%/*}" && printf '%s\n' "$2" >"$root/$1"; }

cp "$(dirname "$0")/../data/demo/win10.xml" "$xml"
cp -a "$hosts/i7-12700k" "$root"
mkdir "$scratch/files"
uuid=$(sed -n 's|.*<uuid>\(.*\)</uuid>.*|\1|p' "$xml")

# What the demo's host does not have is said, and no value is made up.
ok "no slices, no masks" is "$(says isolate)" \
  "UNSEEN all slices -> 0-3,16-19; which there are could not be seen
UNSEEN unbound kernel work: its mask could not be read"
ok "no interrupts" is "$(says interrupts | sed -n 1p)" \
  "UNSEEN interrupts: proc/irq could not be read"
# drivers NAME: of the card and its sound.
drivers() {
  local function
  for function in 0 1; do
    ln -sfn "../../drivers/$1" "${card%0}$function/driver"
  done
}
drivers nouveau
ok "no drivers of the firmware's" has "$(says display)" \
  "UNSEEN firmware's frame buffer: no sys/bus/platform/drivers here"

for unit in init.scope system.slice user.slice; do
  put "sys/fs/cgroup/$unit/cpuset.cpus" ''
done
mkdir -p "$root/sys/fs/cgroup/"{machine.slice,other,own.slice}
put sys/fs/cgroup/own.slice/cpuset.cpus 0-7
put sys/devices/virtual/workqueue/cpumask fffff
ok "slices: all, and one that has a list" is "$(says isolate)" \
  "AllowedCPUs of init.scope, system.slice, user.slice: all -> 0-3,16-19
AllowedCPUs of own.slice: 0-7 -> 0-3
unbound kernel work, mask fffff: loses CPUs 4-15"
put sys/fs/cgroup/own.slice/cpuset.cpus 4-7
mkdir -p "$root/sys/fs/cgroup/own.slice/own-a.slice/machine-qemu\x2d1\x2da.scope"
ok "... but not one that guests live in" lacks "$(says isolate)" "own.slice"
rm -r "$root/sys/fs/cgroup/own.slice/own-a.slice"
ok "... never to none" has "$(says isolate)" "own.slice: 4-7 -> 4-7"

pool=sys/kernel/mm/hugepages/hugepages-2048kB
put $pool/nr_hugepages 100
put $pool/free_hugepages 60
put $pool/resv_hugepages 10
ok "pages: what is missing beside those free" has "$(says 'huge pages')" \
  "pool of 2048 KiB has 100 pages, 50 free: 8142 would be added for the guest's 8192"
put $pool/nr_hugepages 9000
put $pool/free_hugepages 9000
ok "... or none" has "$(says 'huge pages')" \
  "has 9000 pages, 8990 free: enough for the guest's 8192"
sed -i 's|^  <devices>|&<memory model="virtio-mem"><target>\
<size unit="GiB">4</size><node>0</node><block unit="MiB">2</block>\
<requested unit="GiB">1</requested></target></memory>|' "$xml"
ok "... as many as the hook would reserve: of virtio-mem what is requested" \
  has "$(says 'huge pages')" "enough for the guest's 6656"
ok "... which is what its file says" has "$(preview --json)" \
  'hugepages_node_any = 6656'
cp "$(dirname "$0")/../data/demo/win10.xml" "$xml"
cp "$xml" "$scratch/plain.xml"
sed -i "s|</devices>|<memory model='nvdimm'><source><path>/x</path></source>\
<target><size unit='KiB'>1048576</size></target></memory></devices>|" "$xml"
ok "... just as many as the hook's file says" eval '
  has "$(says "huge pages")" "enough for the guest'"'s"' 7680" &&
    has "$(preview --json)" "hugepages_node_any = 7680"'
cp "$scratch/plain.xml" "$xml"
rm "$root/$pool/free_hugepages"
ok "... or not to be seen" has "$(says 'huge pages')" \
  "UNSEEN pool of 2048 KiB: could not be read"

put proc/irq/1/smp_affinity_list 0-19
put proc/irq/9/smp_affinity_list 2
put proc/irq/40/smp_affinity_list 0-19
echo ' 40:   0   IR-PCI-MSI 1-edge   vfio-msix[0](0000:01:00.0)' \
  >>"$root/proc/interrupts"
ln -s x "$root/run/systemd/units/invocation:irqbalance.service"
ok "interrupts of the host, and irqbalance" is "$(says interrupts)" \
  "1 of the host's 2 interrupts may come to CPUs 4-15: those that can be moved leave
irqbalance active: would be stopped
the guest's own go to CPUs 16-17 as its drivers ask for them"
all+=(--set host.interrupts.vcpus=on)
ok "... the guest's on its vCPUs" has "$(says interrupts)" \
  "the guest's own go to CPUs 4-15"

ok "a service that has the governor is asked" is "$(says 'full speed')" \
  "power-profiles-daemon active: asked for its profile performance"
rm "$root/run/systemd/units/invocation:power-profiles-daemon.service"
policies=$root/sys/devices/system/cpu/cpufreq
for n in 8 9; do echo schedutil >"$policies/policy$n/scaling_governor"; done
is_policies() {
  is "$(says 'full speed')" "policies 4-7,10-15: governor powersave -> \
performance, preference balance_performance -> performance
policies 8-9: governor schedutil -> performance, preference \
balance_performance -> performance"
}
ok "policies by what they have" is_policies
rm "$policies/policy8/scaling_governor"
ok "... one that cannot be read" has "$(says 'full speed')" \
  "UNSEEN policy 8: the governor could not be read"
ln -s x "$root/run/systemd/units/invocation:tuned.service"
ok "... tuned is left alone" is "$(says 'full speed')" \
  "skipped: tuned is active and sets it"

drivers vfio-pci
put "${card#"$root/"}/d3cold_allowed" 1
put "${card#"$root/"}/reset_method" 'flr device_specific bus'
ok "devices" is "$(says devices | sed -n 1p)" "0000:01:00.0: driver vfio-pci, \
d3cold_allowed 1 -> 0, reset_method flr device_specific bus -> device_specific"

mkdir -p "$root/etc/systemd/system" \
  "$root/sys/bus/platform/drivers/efi-framebuffer/efi-framebuffer.0"
ln -s /lib/systemd/system/gdm.service \
  "$root/etc/systemd/system/display-manager.service"
rm -rf "$root/sys/class/vtconsole"
put sys/class/vtconsole/vtcon0/name '(S) dummy device'
put sys/class/vtconsole/vtcon0/bind 1
put sys/class/vtconsole/vtcon1/name '(M) frame buffer device'
put sys/class/vtconsole/vtcon1/bind 1
ln -s x "$root/run/systemd/units/invocation:gdm.service"
ok "a display that the host has not is left alone" is "$(says display)" \
  "0000:01:00.0: vfio-pci has it already, nothing to take
0000:01:00.1: vfio-pci has it already, nothing to take"
drivers nouveau
ok "display" is "$(says display)" "0000:01:00.0: would be taken from nouveau
0000:01:00.1: would be taken from nouveau
gdm active: would be stopped
consoles: vtcon1 would be unbound
firmware's frame buffer: efi-framebuffer.0 would be unbound"
rm "$root/run/systemd/units/invocation:gdm.service"
ok "... that is not there" has "$(says display)" "gdm not active: stays so"

modules=$(grep -oE '\bnvidia[a-z_]*\|unloaded' \
  "$(dirname "$0")/../data/50-virt-tune" | cut -d'|' -f1 | sort | paste -sd' ')
drivers nvidia
for module in $modules nvidia_other; do mkdir -p "$root/sys/module/$module"; done
ok "all modules that the hook unloads, and no other" eval '
  [[ $modules == *nvidia_vgpu_vfio* ]] &&
    has "$(says display)" "modules: $modules would be unloaded"'
drivers nouveau

ok "commands that are not there" has "$(says 'your commands')" \
  "$uuid.before is not there: nothing is run"
mkdir -p "$scratch/files/etc/libvirt/hooks/virt-tune"
command=$scratch/files/etc/libvirt/hooks/virt-tune/$uuid.before
printf '#!/bin/sh\n' >"$command"
chmod 775 "$command"
ok "... that others may write" has "$(says 'your commands')" \
  "$uuid.before would not run"
chmod 755 "$command"
ok "... that would run" has "$(says 'your commands')" "$uuid.before would be run"
ok "sleep" is "$(says 'stay awake')" "suspend of the host: allowed -> inhibited"

run preview
ok "the text has it, too" has "$out" \
  "  display        0000:01:00.0: would be taken from nouveau"
ok "a value of the host steers no terminal" eval '
  printf "a\e[31mb\n" >"$policies/policy9/scaling_governor"
  rm "$root/run/systemd/units/invocation:tuned.service"
  run preview; has "$out" "governor a?[31mb" && lacks "$out" $'"'\\e'"''
all=(--set host.isolate=off --set hugepages.reserve=off
  --set host.interrupts=off --set host.frequency=off --set host.sleep=off
  --set host.devices=off)
run preview
ok "without a hook nothing would be done" lacks "$out" "would do"
finish
