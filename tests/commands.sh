#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# commands.sh PROGRAM HOSTS - the command line: what it gives, and that bad
# input ends with one sentence, the right exit code and nothing written.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
program=$(realpath "$1") hosts=$(realpath "$2")
data=$(cd "$(dirname "$0")/../data" && pwd)
host=$hosts/i7-12700k
root=$scratch/root
cd "$scratch" || exit 1
cp "$data/demo/win10.xml" win10.xml
cp win10.xml original.xml
export TMPDIR=$scratch

vt() { run "$program" --sysroot "$host" --root "$root" "$@"; }
demo() { run "$program" --demo "$@"; }
refused() { # CODE: the last run failed with it, with a sentence, wrote nothing
  [ "$status" = "$1" ] && sentence "$err" && cmp -s win10.xml original.xml &&
    [ ! -e "$root" ]
}

vt preview ./win10.xml
ok "preview says what changes" has "$out" "pin 12 vCPUs to CPUs 4-15"
vt preview ./win10.xml --format xml
printf '%s\n' "$out" >preview.xml
ok "preview --format xml is valid" virt-xml-validate preview.xml domain
ok "vCPUs sit on P-core siblings" is "$(grep -c "<vcpupin vcpu='[0-9]*' cpuset='\([4-9]\|1[0-5]\)'/>" preview.xml)" 12
ok "vCPUs 0 and 1 are threads of one core" has "$out" \
  "<vcpupin vcpu='0' cpuset='4'/>
    <vcpupin vcpu='1' cpuset='5'/>"
ok "the emulator is on E-cores" has "$out" "<emulatorpin cpuset='16-17'/>"
ok "the I/O thread is on an E-core" has "$out" \
  "<iothreadpin iothread='1' cpuset='18'/>"
ok "a disk uses it" has "$out" "iothread='1'/>"
ok "one socket, product 12" has "$out" \
  "<topology sockets='1' dies='1' cores='6' threads='2'/>"
ok "2 MiB pages" has "$out" "<page size='2048' unit='KiB'/>"
ok "stimer comes with hypervclock" has "$out" \
  "<timer name='hypervclock' present='yes'/>"
vt plan ./win10.xml --set hyperv.vpindex=off
ok "what goes with an option is said" has "$err" "with hyperv.vpindex: "
ok "by its keys" has "$err" "hyperv.synic=off, hyperv.stimer=off"
vt plan ./win10.xml --set hyperv.vpindex=off --set hyperv.synic=on
ok "what undoes another --set is refused" refused 3
ok "and which" has "$err" "hyperv.vpindex and --set hyperv.synic exclude each"
vt plan ./win10.xml --set disks.io=native --set disks.cache=writeback
ok "two values that exclude each other" refused 3
# One thing has one value; a disk's own goes over what is said of all.
twice() { # CODE SET SET: two --set's
  vt plan ./win10.xml --set "$2" --set "$3"
  ok "$2 and $3: code $1" is "$status" "$1"
}
twice 3 hyperv.synic=off hyperv.synic=on
ok "the key is named" has "$err" "--set hyperv.synic is there twice"
twice 0 hugepages=2M hugepages=2048K
twice 3 disk.vda.queues=2 disk.vda.queues=4
ok "... of a disk, too" has "$err" "--set disk.vda.queues is there twice"
twice 3 disk.vda.cache=none disk.vda.cache=keep
twice 0 disk.vda.cache=none disk.vda.cache=none
twice 0 disks.queues=2 disk.vda.queues=4
ok "both are in the plan" has "$out" "disk.vda.queues = 4"
# What one makes possible may be asked for before it.
sed "s/dev='vda' bus='virtio'/dev='sdb' bus='sata'/" win10.xml >sata.xml
vt plan ./sata.xml --set disk.sdb.queues=4
ok "a SATA disk has no queues" has "$err" "Only virtio disks have queues."
vt plan ./sata.xml --set disk.sdb.queues=4 --set disks.cache=none
ok "... whatever else is set" is "$status" 3
vt plan ./sata.xml --set disks.bus=virtio --set disk.sdb.queues=4 -o first.plan
ok "it has if it becomes virtio" is "$status" 0
vt plan ./sata.xml --set disk.sdb.queues=4 --set disks.bus=virtio -o last.plan
ok "... in the other order, too" is "$status" 0
ok "... with the same plan" cmp first.plan last.plan
vt preview ./sata.xml --plan last.plan --format diff
ok "... and its queues" has "$out" "queues='4'"
vt plan ./sata.xml --set disk.sdb.queues=4 --set disks.bus=virtio \
  --set disk.sdb.queues=2
ok "... but one number of them" has "$err" "disk.sdb.queues is there twice"
twice 0 disk.vda.queues=4 disks.queues=2
twice 3 disk.vda.io=native disk.vda.cache=writeback
ok "what undoes a disk's own is named" has "$err" \
  "disk.vda.io and --set disk.vda.cache exclude each"
twice 0 disk.vda.io=native disks.cache=writeback
ok "a disk's own stays with what it needs" has "$out" "disk.vda.cache = none"
sed -i "s/type='qcow2'/& cache='none'/" win10.xml
vt plan ./win10.xml --set disk.vda.io=native --set disks.cache=writeback
ok "what all others do can undo it" is "$status" 3
ok "... and is named" has "$err" "disk.vda.io and --set disks.cache exclude"
cp original.xml win10.xml
twice 0 disks.io=native disk.vda.cache=writeback
ok "what goes with it is said" has "$err" \
  "with disk.vda.cache: disk.vda.io=default"
vt plan ./win10.xml --set disk.vda.io=native
ok "... each time" has "$err" "with disk.vda.io: disk.vda.cache=none"
by_id=/dev/disk/by-id/nvme
twice 3 disk.vda=${by_id}-WD_BLACK_SN750_500GB_2104 disk.vda=keep

# A page size that there is not: every command says so, in the same words.
declare -A words=()
for command in plan preview "apply --yes" "apply --dry-run"; do
  for size in 3M 4M; do
    # shellcheck disable=SC2086 # words
    vt $command ./win10.xml --set hugepages=$size
    ok "$command with pages of $size is refused" refused 3
    words[$size]=${words[$size]-$err}
    ok "in the same words" is "$err" "${words[$size]}"
  done
done
ok "what a page's size is" has "${words[3M]}" "is a power of two"
ok "what the host lacks" has "${words[4M]}" "no pages of this size"
printf 'version = 1\ndomain = win10\nhugepages = 4M\n' >pages.plan
vt apply ./win10.xml --plan pages.plan --yes
ok "a plan with such pages is not applied" refused 3
vt preview ./win10.xml --plan pages.plan --json
ok "and judged once" is "$(grep -c 'pages of this size' <<<"$out")" 1
printf 'version = 1\ndomain = win10\n' >null.plan
vt preview ./win10.xml --plan null.plan --set hyperv.ipi=on
ok "hints that come" has "$out" "2 Windows hints (Hyper-V) "
sed 's|<features>|&<hyperv><vpindex state="on"/><synic state="on"/></hyperv>|' \
  win10.xml >hints.xml
vt preview ./hints.xml --plan null.plan --set hyperv.vpindex=off \
  --set hyperv.vapic=on
ok "and that go" has "$out" "Windows hints (Hyper-V): 1 on, 2 off"
options() { # ID: "KEY BEFORE AFTER" of a change in JSON
  python3 -c '
import json, sys
for change in json.load(sys.stdin)["changes"]:
    if change["id"] == sys.argv[1]:
        for o in change["options"]:
            print(o["key"], o["before"], o["after"])' "$1" <<<"$out"
}
if command -v python3 >/dev/null; then
  sed -i 's|<hyperv>|&<vendor_id state="on" value="mine"/>|' hints.xml
  vt preview ./hints.xml --plan null.plan --set hyperv.vpindex=off --json \
    --set hyperv.vapic=on --set disk.vda.io=native --set disks.queues=4 \
    --set hyperv.vendor_id=off \
    --set disk.vda=/dev/disk/by-id/nvme-WD_BLACK_SN750_500GB_2104
  ok "JSON names the hints" is "$(options hyperv)" "hyperv.vapic off on
hyperv.vpindex on off
hyperv.synic on off
hyperv.vendor_id None off"
  ok "and what single disks have" is "$(options io)" "disks.queues off 4
disk.vda.cache default none
disk.vda.io default native"
  ok "and are on" is "$(options disks)" "disk.vda \
/var/lib/libvirt/images/win10.qcow2 /dev/disk/by-id/nvme-WD_BLACK_SN750_500GB_2104"
  vt preview ./win10.xml --json
  ok "and a hook's services" has "$(options hook)" "host.isolate off on"
  ok "pins have none" is "$(options vcpupin)" ""
fi
vt preview ./win10.xml --format json
ok "preview is JSON" has "$out" '"version": 1'
keep=(); for key in isolate interrupts frequency sleep devices; do
  keep+=(--set "host.$key=keep"); done
vt preview ./win10.xml --format diff "${keep[@]}" \
  --set hugepages.reserve=keep
printf '%s\n' "$out" >all.diff
ok "the diff applies to the file" patch -s -o patched.xml original.xml all.diff
ok "the diff gives the preview" diff -q patched.xml preview.xml
vt preview ./win10.xml --layout keep --set hugepages=keep "${keep[@]}"
ok "preview writes nothing" test ! -e "$root"

vt show cpus
ok "show cpus draws P0 and E8" has "$out" "P0"
vt show cpus --json
ok "show cpus --json names the kinds" has "$out" '"efficient"'
vt show groups
ok "show groups has 22 groups" is "$(grep -c ^Group <<<"$out")" 22
vt show groups --json
ok "show groups --json" has "$out" '"address": "0000:01:00.0"'
ok "its claims say what, how grave and whence" has "$out" \
  '"kind": "disk",
              "severity": "refuse",
              "text": "It holds / (nvme0n1p2), /boot/efi (nvme0n1p1) and swap (nvme0n1p3).",
              "source": "/proc/self/mountinfo"'
ok "a card is named whole" has "$out" \
  '"card": [
            "0000:01:00.0",
            "0000:01:00.1"
          ]'
ok "roles: a RAM controller goes along" has "$out" '"role": "along"'
vt show groups
ok "show groups has claims" has "$out" \
  "refuse  It carries the default route (enp6s0)."
cp -r "$host" ssh
mkdir -p ssh/proc/self ssh/proc/net
printf 'A=b\0SSH_CONNECTION=198.51.100.9 50000 192.0.2.10 22\0' >ssh/proc/self/environ
printf '     |-- 192.0.2.10\n        /32 host LOCAL\n' >ssh/proc/net/fib_trie
run "$program" --sysroot "$scratch/ssh" show groups
ok "the SSH session of another root" has "$out" \
  "refuse  This SSH session comes in through it (enp6s0)."
printf 'enp6s0\t00000000\t0\t3\t0\t0\t1\t00000000\n' >ssh/proc/net/route
ln -s enp6s0 "$scratch/ssh/sys/class/net/$(printf 'x\033[2J\xff')"
printf '22 1 0:1 / / rw - ext4 /dev/\033[31m\xff rw\n' >ssh/proc/self/mountinfo
run "$program" --sysroot "$scratch/ssh" show groups --json
ok "hostile names do no harm" is "$status" 0
ok "and do not reach the terminal" lacks "$out" $'\033'
ok "JSON stays UTF-8" iconv -f UTF-8 -t UTF-16 -o /dev/null out
vt show host
ok "show host is content" is "$status" 0
vt show host --json
for key in why fix source recipe; do
  ok "show host --json has the $key of a check" has "$out" "\"$key\":"
done
run "$program" --sysroot "$hosts/i5-6500-noiommu" show host
ok "a cure is shown, to be copied" has "$out" \
  '              GRUB_CMDLINE_LINUX_DEFAULT="quiet intel_iommu=on"'
cp -r "$host" nokvm && rm -r nokvm/sys/module/kvm*
run "$program" --sysroot nokvm show host
ok "a check that fails is told by the exit code" is "$status" 3
demo list
ok "list shows the demo's domains" has "$out" win10
demo list --json
ok "list --json" has "$out" '"name": "win10"'

vt plan ./win10.xml -o win10.plan
ok "a plan is saved" test -s win10.plan
vt preview ./win10.xml --plan win10.plan --format xml
ok "and gives the same XML" is "$out" "$(<preview.xml)"
vt apply ./win10.xml --plan win10.plan --dry-run --format json
ok "apply has no JSON" is "$status" 2
ok "... and prints nothing before it says so" is "$out" ""
vt apply ./win10.xml --plan win10.plan --dry-run
ok "a dry run writes nothing" test ! -e "$root"

# A domain of another driver can be looked at; nothing is written to it.
cat >lxc.xml <<'END'
<domain type='lxc'><name>c</name><memory unit='GiB'>1</memory><vcpu>2</vcpu>
<os><type>exe</type></os></domain>
END
cp lxc.xml lxc.before
vt preview ./lxc.xml
ok "a container is told" has "$out" 'a domain of type "lxc", not of QEMU'
vt apply ./lxc.xml --yes
ok "... and left alone" is "$status" "3"
ok "... byte for byte" cmp lxc.xml lxc.before

# Bad input: sentence, code, nothing written.
vt preview nothing.xml
ok "a file that is not there" refused 1
demo preview nobody
ok "an unknown domain" refused 1
run "$program" -c test:///nowhere.xml list
ok "a broken connection" refused 1
run "$program" -c qemu+unix:///system?socket=/nowhere/sock list
ok "no libvirtd" refused 1
echo '<domain><name>x</domain>' >bad.xml
vt preview bad.xml
ok "malformed XML" refused 1
echo '<network/>' >bad.xml
vt preview bad.xml
ok "XML that is no domain" refused 1
printf '<!DOCTYPE d [<!ENTITY a "b">]><domain><name>&a;</name></domain>' >bad.xml
vt preview bad.xml
ok "a document type declaration" refused 1
head -c 3000 /dev/urandom >bad.xml
vt preview bad.xml
ok "binary" refused 1
sed 's/>12<\/vcpu>/>64<\/vcpu>/' original.xml >big.xml
vt preview big.xml
ok "more vCPUs than the host has" refused 3
ok "which says how many fit" has "$err" "The most that fits is"
vt apply big.xml --layout keep --yes
ok "and is not applied as it is" refused 3
sed 's/^host = .*/host = 0123456789abcdef/' win10.plan >other.plan
vt apply ./win10.xml --plan other.plan --yes
ok "a plan for another machine" refused 3
sed 's/^uuid = .*/uuid = 00000000-0000-0000-0000-000000000000/' win10.plan >other.plan
vt apply ./win10.xml --plan other.plan --yes
ok "a plan for another domain" refused 3
echo 'vcpupin.99999 = x' >>win10.plan
vt apply ./win10.xml --plan win10.plan --yes
ok "a malformed plan" refused 1
vt apply ./win10.xml --plan original.xml --yes
ok "a file that is no plan" refused 1
run "$program" --sysroot "$scratch" show cpus
ok "a sysroot that is none" refused 1
mkdir -p cut/sys/devices/system/cpu
run "$program" --sysroot "$scratch/cut" show cpus
ok "a truncated sysroot does not crash" test "$status" -le 3
run "$program" --sysroot /nowhere show cpus
ok "a sysroot that is not there" refused 1
run "$program" --sysroot "$hosts/i5-6500-noiommu" show groups
ok "no IOMMU is said" has "$out" "No IOMMU group"
run "$program" --sysroot "$hosts/i5-6500-noiommu" --root "$root" preview \
  ./win10.xml --vcpus 2
ok "and CPUs are planned without" is "$status" 0
vt apply ./win10.xml
ok "no --yes, no terminal" refused 2
run "$program" --sysroot "$host" apply ./win10.xml --yes
ok "another host's plan needs --root" refused 2
vt --read-only apply ./win10.xml --yes
ok "a read-only session" refused 3
vt undo ./win10.xml
ok "nothing to undo is nothing to do" is "$status" 0
ok "... which is said" has "$out" "nothing to undo: no change"
ok "... and nothing is written" test ! -e "$root"
vt undo ./win10.xml 1
ok "a record that is not there cannot be undone" refused 1
ask_yes=$("$program" --sysroot "$host" --root "$root" apply ./win10.xml \
  --give 02:00.0 --despite-claims </dev/null 2>/dev/null)
vt apply ./win10.xml --give 02:00.0 --despite-claims --dry-run
ok "a dry run ends with 0" is "$status" 0
ok "... says what apply says before it asks" is \
  "$(grep -v '^Nothing was written' <<<"$out")" "$ask_yes"
ok "... what the device holds, too" has "$out" "It holds /"
ok "... and that nothing was written" has "$out" \
  "Nothing was written: this is a dry run."
run "$program" --demo apply win10 --dry-run --live
ok "... with --live what would be moved" has "$out" "there is nothing to move"
demo preview win10 --layout keep --vcpus 1
ok "one CPU is no CPUs" has "$out" "pin 1 vCPU to CPU "
ok "... nor in a layout" has "$out" " 1 vCPU on "
ok "what a hook does stays out of the columns behind it" is \
  "$("$program" --demo preview win10 | grep -o '^.*hook, new  *+' | wc -L)" 63
for seconds in -1 abc 3601 ''; do
  vt check ./win10.xml --seconds "$seconds"
  ok "check --seconds '$seconds'" refused 2
done
vt preview ./win10.xml --with-names
ok "--with-names is for check" refused 2
sed '/<uuid>/d' original.xml >nameless.xml
vt check ./nameless.xml
ok "a file without a UUID: could not look, 3" is "$status" 3
ok "and says so" has "$out" "unknown Whether the guest runs: could not look"
for words in "frobnicate x" "show" "show nonsense" "plan" "--vcpus 0 list" \
  "--vcpus x list" "--format odd preview ./win10.xml" "--color odd list" \
  "--layout 9 preview ./win10.xml" "--set nope=on preview ./win10.xml" \
  "--set hugepages=3x preview ./win10.xml" "--preset nope plan ./win10.xml" \
  "--guest dos plan ./win10.xml" "--preset linux list" "--nonsense"; do
  # shellcheck disable=SC2086 # words
  vt $words
  ok "usage: $words" test "$status" = 2
done
demo win10
ok "no terminal" refused 2

# Presets and the kind of guest; every one gives what validates.
for preset in windows-gaming linux lowest-latency gentle; do
  vt preview ./win10.xml --preset $preset --format xml
  ok "preset $preset" is "$status" 0
  printf '%s\n' "$out" >preset.xml
  ok "preset $preset validates" virt-xml-validate preset.xml domain
done
vt plan ./win10.xml --preset linux
ok "a preset knows its kind of guest" has "$out" "guest = Linux"
ok "Windows' hints are not in it" lacks "$out" "hyperv.relaxed = on"
vt plan ./win10.xml --preset lowest-latency
ok "what cannot be had is said" has "$err" "real-time vCPUs: "
ok "and the rest is taken" has "$out" "disks.cache = none"
ok "native I/O is not for images that grow" lacks "$out" "native"
ok "which is said" has "$err" "disk I/O (vda): it can still grow"
# It is for devices, and for raw images that have all of their blocks.
cp -r "$host" blocks && mkdir blocks/images
head -c 1M /dev/zero >blocks/images/full.raw
head -c 4K /dev/zero >blocks/images/holes.raw
truncate -s 1M blocks/images/holes.raw
: >blocks/images/empty.raw
cp blocks/images/full.raw blocks/images/full.qcow2
disk_of() { # TARGET TYPE FORMAT SOURCE [MORE]
  printf "<disk type='%s'><driver name='qemu' type='%s' %s/><source %s/>" \
    "$2" "$3" "${5-}" "$4"
  printf "<target dev='%s' bus='virtio'/></disk>" "$1"
}
disks=$(disk_of vdb file raw "file='/images/full.raw'"
  disk_of vdc file raw "file='/images/holes.raw'"
  disk_of vdd file qcow2 "file='/images/full.qcow2'"
  disk_of vde block raw "dev='/dev/vg/guest'" "cache='writeback'"
  disk_of vdf file raw "file='/images/away.raw'"
  disk_of vdg file raw "file='/images/empty.raw'"
  disk_of vdh file raw "file='/images'"
  disk_of vdi block qcow2 "dev='/dev/vg/other'")
sed "s|</devices>|${disks//$'\n'/}&|" original.xml >blocks.xml
run "$program" --sysroot "$scratch/blocks" --root "$root" plan ./blocks.xml \
  --preset lowest-latency
ok "native I/O for disks that do not grow" is \
  "$(grep -o '^disk.*native' <<<"$out" | tr '\n' ' ')" \
  "disk.vdb.io = native disk.vde.io = native "
ok "not for others: they grow" is \
  "$(sed -n 's/disk I.O (\(...\)): it can still.*/\1/p' <<<"$err" | tr '\n' ' ')" \
  "vda vdc vdd vdg vdi "
ok "... or could not be looked at" is \
  "$(sed -n 's/disk I.O (\(...\)): whether.*/\1/p' <<<"$err" | tr '\n' ' ')" \
  "vdf vdh "
printf '%s\n' "$out" >blocks.plan
run "$program" --sysroot "$scratch/blocks" --root "$root" preview ./blocks.xml \
  --plan blocks.plan --format xml
ok "with the cache that it needs" \
  is "$(grep -o "<driver [^>]*io='native'" <<<"$out" | grep -c "cache='none'")" 2
printf '%s\n' "$out" >preset.xml
ok "... valid" virt-xml-validate preset.xml domain
vt plan ./win10.xml --preset gentle
ok "gentle leaves the host's CPUs alone" lacks "$out" "host.frequency"
printf 'title = mine\nhugepages = off\nnonsense = on\n' >mine.preset
vt plan ./win10.xml --preset ./mine.preset
ok "a preset that is malformed" refused 1
sed -i '/nonsense/d' mine.preset
vt plan ./win10.xml --preset ./mine.preset
ok "a preset of the user's" lacks "$out" "hugepages = 2M"
sed '/<metadata>/,/<\/metadata>/d' original.xml >unknown.xml
vt preview ./unknown.xml
ok "a kind that is not known is said" has "$out" "kind of guest is not known"
vt plan ./unknown.xml --guest windows -o unknown.plan
ok "a kind that is named" grep -q "^hyperv.relaxed = on" unknown.plan
vt preview ./unknown.xml --plan unknown.plan
ok "is in the plan" lacks "$out" "kind of guest is not known"

# Hostile names reach neither a shell nor the screen.
# shellcheck disable=SC2016 # meant as it stands
evil='$(touch pwned); "&amp;&#x9b;31m'
sed "s|<name>win10</name>|<name>$evil</name>|" original.xml >evil.xml
vt preview evil.xml
ok "a hostile name is previewed" is "$status" 0
ok "without control characters" lacks "$out" $'\x9b'
vt apply evil.xml --yes
ok "and applied" is "$status" 0
ok "without a shell" test ! -e pwned
vt undo evil.xml
ok "and undone" is "$status" 0
rm -rf "$root"

# What is done for a guest's CPUs needs some, and says so.
for key in host.isolate host.interrupts host.frequency; do
  vt plan ./win10.xml --layout keep --set $key=on
  ok "$key without pins is refused" is "$status" 3
  ok "$key: with the reason" has "$err" "No vCPU is pinned"
done
vt plan ./win10.xml --layout 1 --set host.isolate=on
ok "with pins it is taken" is "$status" 0

# Apply to a file, look, undo: byte for byte.
chmod 640 win10.xml
vt apply ./win10.xml --yes
ok "apply" is "$status" 0
ok "the file is as previewed" cmp -s win10.xml preview.xml
ok "its mode is kept" is "$(stat -c %a win10.xml)" 640
hook=$root/etc/libvirt/hooks/qemu.d/50-virt-tune
ok "the hook is installed" cmp -s "$hook" "$data/50-virt-tune"
ok "executable" is "$(stat -c %a "$hook")" 755
conf=("$root"/etc/libvirt/hooks/virt-tune/*.conf)
ok "with its data" grep -qx "guest_cpus = 4-15" "${conf[0]}"
ok "and nothing else executable beside it" \
  is "$(find "$root/etc" -type f -perm /111 | wc -l)" 1
vt apply ./win10.xml --yes
ok "applied again there is nothing to do" has "$out" "nothing to do"
vt check ./win10.xml -o report.txt
ok "check: as planned" is "$status" 0
ok "by the journal" has "$out" "Record 0001 is in force"
ok "the hook too" has "$out" "The hook is as it was written"
ok "the report names neither guest nor UUID" \
  lacks "$(grep -iE 'win10|8f1d6a52' report.txt)" "1"
vt check ./win10.xml -o report.txt
ok "a report may be written anew" is "$status" 0
vt --read-only check ./win10.xml -o report.txt
ok "but not by who promised to write nothing" is "$status" 3
cp win10.xml applied.xml
sed -i "s/vcpu='3' cpuset='7'/vcpu='3' cpuset='19'/" win10.xml
cp win10.xml by-hand.xml
vt check ./win10.xml
ok "check sees that edit: 3" is "$status" 3
ok "and names it" has "$out" "1 line that virt-tune wrote was changed (<vcpupin \
vcpu='3' cpuset='7'/>)"
ok "and that the hook does not fit it" has "$out" "does not fit the definition"
run "$program" --sysroot "$hosts/ryzen-3900x" --root "$root" check ./win10.xml
ok "and another host" has "$out" "not those that were planned for"
vt undo ./win10.xml
ok "an edit by hand of what was applied stops undo with 4" is "$status" 4
ok "and is named" has "$err" "<vcpupin vcpu='3' cpuset='19'/>"
ok "and stays" cmp -s win10.xml by-hand.xml
# What others edited elsewhere stays, all of ours goes.
sed "s|<shares>.*||; s|<on_reboot>.*|<on_reboot>destroy</on_reboot>|
  s|<cputune>|<cputune>\n    <shares>512</shares>|" applied.xml >win10.xml
sed "s|<on_reboot>.*|<on_reboot>destroy</on_reboot>|" original.xml >by-hand.xml
vt undo ./win10.xml
ok "undo keeps edits by hand" is "$status" 0
ok "and says so" has "$out" "what was edited since stays"
ok "one inside of an element of ours, too" grep -q '<shares>512' win10.xml
tr -d '\n' <win10.xml | sed 's|  <cputune>.*</cputune>||' >kept.xml
ok "and nothing of ours is left" is "$(tr -d '\n ' <kept.xml)" \
  "$(tr -d '\n ' <by-hand.xml)"
vt undo ./win10.xml 2
ok "the undo is undone" is "$status" 0
ok "with the pins again" is "$(grep -c '<vcpupin' win10.xml)" 12
ok "and the edits" grep -q '<on_reboot>destroy' win10.xml
ok "and the hook" cmp -s "$hook" "$data/50-virt-tune"
cp applied.xml win10.xml
vt undo ./win10.xml
ok "undo" is "$status" 0
ok "gives the bytes back" cmp -s win10.xml original.xml
ok "and leaves no hook" test ! -e "$hook"
ok "nor data" test ! -e "${conf[0]}"
vt undo ./win10.xml
ok "twice there is nothing to undo" is "$status" 0

# A foreign hook survives.
mkdir -p "$root/etc/libvirt/hooks/qemu.d"
printf '#!/bin/sh\nexit 0\n' >"$root/etc/libvirt/hooks/qemu"
printf 'mine' >"$root/etc/libvirt/hooks/qemu.d/10-mine"
find "$root/etc" -type f -exec cksum {} + >before
vt apply ./win10.xml --yes
vt undo ./win10.xml
find "$root/etc" -type f -exec cksum {} + >after
ok "other hooks are untouched" cmp -s before after
ln -s /etc/passwd "$hook"
vt apply ./win10.xml --yes
ok "a link in the hook's place is refused" test "$status" -ne 0
ok "the domain is as it was" cmp -s win10.xml original.xml
ok "and so is the link" test -L "$hook"

rm "$hook"
printf '#!/bin/sh\nexit 0\n' >"$hook"
vt apply ./win10.xml --yes
ok "a foreign script in the hook's place is refused" is "$status" 3
ok "and left alone" is "$(<"$hook")" "$(printf '#!/bin/sh\nexit 0')"
rm -rf "$root"
vt apply ./win10.xml --yes
echo '# mine' >>"$hook"
vt undo ./win10.xml
ok "a script that was edited since survives undo" grep -q '# mine' "$hook"
rm -rf "$root"
vt apply ./win10.xml --yes
mkdir -p "$root/run/virt-tune/display"
touch "$root/run/virt-tune/display/one"
vt undo ./win10.xml
ok "the script stays while a guest has to be released" test -x "$hook"
ok "... which is said" has "$out" "50-virt-tune stays for a guest that runs"
rm -rf "$root"
mkdir -p "$root" outside
ln -s "$scratch/outside" "$root/etc"
vt apply ./win10.xml --yes
ok "a link out of --root is refused" test "$status" -ne 0
ok "nothing is written behind it" is "$(find outside -type f)" ""
ok "and the domain is as it was" cmp -s win10.xml original.xml
rm -rf "$root" outside
vt apply ./win10.xml --yes
vt undo ./win10.xml
journal=$(basename "$root"/var/lib/virt-tune/file-*)
for place in "virt-tune/$journal" virt-tune; do
  rm -rf "$root" outside
  mkdir -p "$root/var/lib/virt-tune" outside/new
  rmdir "$root/var/lib/$place" 2>/dev/null
  echo mine >outside/new/file
  ln -s "$scratch/outside" "$root/var/lib/$place"
  vt apply ./win10.xml --yes
  ok "a link in the place of $place is refused" test "$status" = 3
  ok "... nothing behind it is removed or made" \
    is "$(find outside | sort | paste -sd' ')" \
    "outside outside/new outside/new/file"
done
rm -rf "$root" outside

# What was written beneath --root is what a check there speaks of.
vt apply ./win10.xml --yes
vt check ./win10.xml
ok "check looks for hooks beneath --root" \
  has "$(grep -A1 'no other hook files' <<<"$out")" "$root/etc/libvirt/hooks"
ok "... and tells the whole path" has "$out" "        $hook"
vt undo ./win10.xml
run "$program" --demo --root "$root" apply win10 --yes
run "$program" --demo --root "$root" check win10
ok "the demo's check says that its domains are fresh" \
  has "$out" "The demo's domains are fresh each time"
ok "... and that nobody edited" lacks "$out" "Somebody edited"
rm -rf "$root"

# An absolute link to a place beneath --root is taken as it is written there.
mkdir -p "$root/etc/libvirt/hooks" "$root/elsewhere"
ln -s "$root/elsewhere" "$root/etc/libvirt/hooks/qemu.d"
vt apply ./win10.xml --yes
ok "the hook goes behind an absolute link" test -x "$root/elsewhere/50-virt-tune"
vt undo ./win10.xml
ok "... and undo takes it away there" is "$(ls "$root/elsewhere")" ""
ok "... not the link" test -L "$root/etc/libvirt/hooks/qemu.d"
ok "... and the domain is as it was" cmp -s win10.xml original.xml
rm -rf "$root"

# An unset variable of a script is no directory, least of all the real one.
for option in --root --sysroot; do
  run "$program" --sysroot "$host" $option '' apply ./win10.xml --yes
  ok "an empty $option is refused" refused 2
  ok "and says so" has "$err" "its name is empty"
  ok "and the domain is as it was" cmp -s win10.xml original.xml
done

# What a user believes to be a promise is one, or is refused.
vt undo ./win10.xml --dry-run
ok "undo has no --dry-run" is "$status" 2
vt --read-only plan ./win10.xml -o new.plan
ok "--read-only writes no plan" refused 3
vt plan ./win10.xml -o ./win10.xml
ok "a plan does not overwrite the domain" refused 3
run "$program" --sysroot "$host" apply ./win10.xml --dry-run
ok "a dry run ends as apply would" is "$status" 2
vt plan ./win10.xml -o fine.plan
for line in 'disk.vda = 77' 'topology = 1 0 4 2' 'hugepages = 1K' \
  'iothreadpin.9 = 1' 'cpu.topoext = on'; do
  { cat fine.plan; echo "$line"; } >odd.plan
  vt apply ./win10.xml --plan odd.plan --yes
  ok "a plan with $line is refused" test "$status" = 1 -o "$status" = 3
  ok "and nothing is written" cmp -s win10.xml original.xml
done

# AMD guests are shown their threads, Intel guests never asked for topoext.
run "$program" --sysroot "$hosts/ryzen-3900x" --root "$root" preview \
  ./win10.xml --format xml
ok "topoext on AMD" has "$out" "<feature name='topoext' policy='require'/>"
printf '%s\n' "$out" | grep -v topoext >amd.xml
run "$program" --sysroot "$hosts/ryzen-3900x" --root "$root" preview amd.xml
ok "even if the topology is there already" has "$out" "topoext"
vt preview ./win10.xml --format xml
ok "not on Intel" lacks "$out" "topoext"

# Two nodes: memory beside the vCPUs; a guest on both is told so.
two() {
  run "$program" --sysroot "$hosts/xeon-4214-2s" --root "$root" "$@"
}
two preview ./win10.xml
ok "memory is bound to the vCPUs' node" has "$out" \
  "memory on node 1, beside the vCPUs"
two preview ./win10.xml --format xml
printf '%s\n' "$out" >one-node.xml
ok "one node is valid" virt-xml-validate one-node.xml domain
two preview ./win10.xml --vcpus 36
ok "a wide guest has cells" has "$out" "2 guest NUMA cells mirror nodes 0 and 1"
two preview ./win10.xml --vcpus 36 --format xml
printf '%s\n' "$out" >two-nodes.xml
ok "two nodes are valid" virt-xml-validate two-nodes.xml domain
ok "cells sum to the memory" is "$(awk -F"'" \
  '/<cell / { sum += $6 } END { print sum }' two-nodes.xml)" 16777216
two preview two-nodes.xml --vcpus 36
ok "there they are already" lacks "$out" "NUMA"
two preview two-nodes.xml --vcpus 12 --format xml
ok "a narrower guest loses them" lacks "$out" "<numa>"
printf '%s\n' "$out" >narrow.xml
ok "and is valid" virt-xml-validate narrow.xml domain
sed 's/ *<vcpu .*/&<numatune><memory mode="preferred" nodeset="1"\/><\/numatune>/' \
  original.xml >own.xml
two preview own.xml --format xml
ok "an administrator's own is left" has "$out" \
  '<numatune><memory mode="preferred" nodeset="1"/></numatune>'
two plan ./win10.xml -o two.plan
ok "the wish is in the plan" grep -qx "numa = mirror" two.plan
two preview own.xml --plan two.plan
ok "a plan that cannot mirror says why" has "$out" \
  "The domain has a NUMA setting of its own; that is left."

cp original.xml win10.xml
demo apply ./win10.xml --yes
ok "the demo changes no file of the user" cmp -s win10.xml original.xml
demo apply win10 --yes
ok "apply to the in-memory libvirt" has "$out" "Applied as record 0001"
ok "the demo leaves nothing behind" \
  is "$(find "$scratch" -maxdepth 1 -name 'virt-tune-demo-*')" ""
finish
