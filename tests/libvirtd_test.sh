#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The hook and the program against a real libvirtd with real guests, started in
# namespaces of their own by libvirtd.sh.  The guests have no disk and are
# emulated, so this runs on any machine with QEMU.  It uses 64 huge pages of the
# machine for some seconds.  Prints TAP; exits 77 where no libvirtd can be.
#   libvirtd_test.sh BUILD_DIR
# shellcheck disable=SC2016 # names with $ in them are meant as they are
set -u

here=$(cd "$(dirname "$0")" && pwd)
[[ $# == 1 ]] || { echo "usage: $0 BUILD_DIR" >&2; exit 2; }
if [[ $(id -u) != 0 ]] && sudo -n true 2>/dev/null; then
  exec sudo -n "$0" "$1" # who may use sudo gets this test too
fi
[[ -n ${LIBVIRTD_TMP-} ]] ||
  exec "$here/libvirtd.sh" run "$here/${0##*/}" "$(realpath "$1")"

program=$1/virt-tune
shim=$1/tests/libfault.so
hook=/etc/libvirt/hooks/qemu.d/50-virt-tune
conf_dir=/etc/libvirt/hooks/virt-tune
log=/var/log/libvirt/virt-tune.log
tmp=$LIBVIRTD_TMP
pool=/proc/sys/vm/nr_hugepages
uri=qemu:///system
# The name would make a file if a shell ever took it for a command.
name='win 10 $(touch pwned) `touch pwned`'
uuid=5f3c1f0a-8d5e-4c39-9d0b-0c4f6b1c8a01
tests=0 failed=0 nr_before=$(<$pool)

# is TEXT GOT WANTED
is() {
  ((++tests))
  if [[ $2 == "$3" ]]; then
    echo "ok $tests - $1"
  else
    ((++failed))
    echo "not ok $tests - $1"
    printf '%s\n' "got:    $2" "wanted: $3" | sed 's/^/# /'
  fi
}

# has TEXT GOT PATTERN
has() {
  # shellcheck disable=SC2053 # a pattern is meant
  if [[ $2 == $3 ]]; then is "$1" yes yes; else is "$1" "$2" "$3"; fi
}

# runs TEXT COMMAND...: the command ends well; its words are shown if not.
runs() {
  local text=$1 out status
  shift
  out=$("$@" 2>&1 </dev/null)
  status=$?
  is "$text" "$status" 0
  [[ $status == 0 ]] || echo "# ${out//$'\n'/$'\n# '}"
}

v() { timeout 120 virsh -q -c $uri "$@"; }

# guest NAME UUID MEMORY_XML: the XML of a guest that starts in a blink.
guest() {
  cat <<END
<domain type='qemu'>
  <name>$1</name>
  <uuid>$2</uuid>
  <memory unit='MiB'>64</memory>
  $3
  <vcpu>2</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <cpu mode='maximum'/>
  <devices><memballoon model='none'/></devices>
</domain>
END
}

huge="<memoryBacking><hugepages><page size='2048' unit='KiB'/></hugepages>\
</memoryBacking>"

define() { guest "$@" >"$tmp/guest.xml" && v define "$tmp/guest.xml"; }

# qemu_pid UUID: of the running guest.
qemu_pid() { pgrep -f -- "qemu-system-.* -uuid $1"; }

# eventually COMMAND...: the daemon may need a moment.
eventually() {
  local n
  for ((n = 0; n < 50; n++)); do
    ! "$@" || return 0
    sleep 0.1
  done
  return 1
}

pwned() { find / "$PWD" "$tmp" -maxdepth 2 -name pwned 2>/dev/null; }

clean_up() {
  local dom
  for dom in $(v list --uuid); do v destroy "$dom"; done
  rm -rf "${images-}"
  # What a broken hook leaves would stay with the machine.
  [[ $(<$pool) == "$nr_before" ]] || echo "$nr_before" >$pool
} >/dev/null 2>&1
trap clean_up EXIT

hook_alone() {
  mkdir -p "${hook%/*}" $conf_dir
  install -m 755 "$here/../data/50-virt-tune" $hook
  printf '%s\n' 'version = 1' 'name = any' 'guest_cpus = 1' \
    'hugepages_kib = 2048' 'hugepages_node_any = 32' >"$conf_dir/$uuid.conf"
  runs 'the daemon restarts and sees the hook' "$here/libvirtd.sh" restart
  runs 'a guest on huge pages is defined' define "$name" $uuid "$huge"
  runs 'it starts' v start "$name"
  is 'the hook made its pages' "$(<$pool)" $((nr_before + 32))
  is '... and they are in use' "$(awk '/^Private_Hugetlb|^Shared_Hugetlb/ {
    kib += $2 } END { print kib }' "/proc/$(qemu_pid $uuid)/smaps")" 65536
  has 'the log tells of them, with the name of the domain' "$(<$log)" \
    "*$uuid \"$name\" hugepages: 32 pages of 2048 KiB set aside, pool*"
  has '... and that there is no systemd to isolate with' "$(<$log)" \
    "*$uuid \"$name\" isolate: skipped: *"
  runs 'the daemon restarts while it runs' "$here/libvirtd.sh" restart
  is '... and it goes on' "$(v domstate "$name")" running
  is '... with its pages' "$(<$pool)" $((nr_before + 32))
  runs 'it is destroyed' v destroy "$name"
  is 'the pool is as before' "$(<$pool)" "$nr_before"
  is 'nothing of its name was executed' "$(pwned)" ''
}

hook_edges() {
  local other=5f3c1f0a-8d5e-4c39-9d0b-0c4f6b1c8a02 holder
  # A guest without a data file: nothing happens at all.
  : >$log
  runs 'a guest without a data file is defined' define plain $other ''
  runs '... and starts' v start plain
  runs '... and ends' v destroy plain
  is '... without a word' "$(<$log)" ''
  # Two at once; the first one ends first.
  runs 'a second guest on huge pages is defined' define plain $other "$huge"
  cp "$conf_dir/$uuid.conf" "$conf_dir/$other.conf"
  v start "$name" >/dev/null 2>&1 &
  v start plain >/dev/null 2>&1
  wait $!
  is 'both run' "$(v list --name | sed '/^$/d' | wc -l)" 2
  is '... on their own pages' "$(<$pool)" $((nr_before + 64))
  runs 'one is destroyed' v destroy "$name"
  is '... with its pages' "$(<$pool)" $((nr_before + 32))
  rm "$conf_dir/$other.conf"
  kill -KILL "$(qemu_pid $other)"
  eventually grep -q "$other .* back, " $log
  is 'the other crashes, its data file is gone' "$(<$pool)" "$nr_before"
  # The release of one is killed while it waits for its turn.
  cp "$conf_dir/$uuid.conf" "$conf_dir/$other.conf"
  v start "$name" && v start plain
  (flock -x 9 && : >"$tmp/held" && exec sleep 60) 9>>/run/virt-tune/lock &
  holder=$!
  eventually test -e "$tmp/held"
  v destroy "$name" &
  eventually test -e /run/virt-tune/ended/$uuid
  kill -KILL "$(pgrep -of "$hook .* release end")" "$holder"
  wait
  is 'a release that is killed leaves its pages' "$(<$pool)" $((nr_before + 64))
  v destroy plain
  is '... until the next guest ends' "$(<$pool)" "$nr_before"
  # The domain was edited since its data file was written.
  sed 's/= 32/= 8/' "$conf_dir/$uuid.conf" >"$conf_dir/$other.conf"
  runs 'a guest whose memory was edited starts' v start plain
  is '... with the pages that it needs' "$(<$pool)" $((nr_before + 32))
  v destroy plain
  # Pages that cannot be had; not by asking for more than there is memory, for
  # that would push everything else on this machine out.
  sed 's/2048/4096/' "$conf_dir/$uuid.conf" >"$conf_dir/$other.conf"
  v undefine plain
  define plain $other "${huge/2048/4096}"
  has 'no such pages: no start, but a reason' "$(v start plain 2>&1)" \
    '*virt-tune: The guest needs 16 huge pages of 4096 KiB and only 0 *'
  is '... and the pool is as before' "$(<$pool)" "$nr_before"
  # QEMU fails after our prepare.
  v destroy "$name" >/dev/null 2>&1
  rm "$conf_dir/$other.conf"
  guest "$name" $uuid "$huge" | sed "s|<vcpu>2|<vcpu cpuset='4095'>2|" \
    >"$tmp/guest.xml"
  v define "$tmp/guest.xml" >/dev/null
  ! v start "$name" >/dev/null 2>&1
  is 'a start that fails later gives the pages back' $?/"$(<$pool)" \
    0/"$nr_before"
  v undefine $uuid >/dev/null
  v undefine $other >/dev/null
  is 'no notes are left' \
    "$(find /run/virt-tune/*/ -type f ! -path '*/owed/*')" ''
  rm -rf $hook $conf_dir
}

# What the services touch, of which this machine may have none: files of ours
# over the kernel's.  /proc/irq is the real one's shape.
cover_kernel() {
  mkdir -p "$tmp/irq"/{10,11} "$tmp/cpufreq"/policy{0,1}
  echo 0-1 >"$tmp/irq/10/smp_affinity_list"
  echo 1 >"$tmp/irq/11/smp_affinity_list"
  echo 3 >"$tmp/irq/default_smp_affinity"
  for n in 0 1; do
    echo $n >"$tmp/cpufreq/policy$n/affected_cpus"
    echo schedutil >"$tmp/cpufreq/policy$n/scaling_governor"
  done
  mount --bind "$tmp/irq" /proc/irq &&
    mount --bind "$tmp/cpufreq" /sys/devices/system/cpu/cpufreq
}

kernel_files() {
  grep -r . /proc/irq /sys/devices/system/cpu/cpufreq | sort | paste -sd' '
}

# The services in a real start, each way in which a guest can end.
hook_services() {
  local before during theirs n
  if ! cover_kernel; then
    ((++tests))
    echo "ok $tests - the services # SKIP this kernel has no such files"
    return
  fi
  mkdir -p "${hook%/*}" $conf_dir
  install -m 755 "$here/../data/50-virt-tune" $hook
  printf '%s\n' 'version = 1' 'name = any' 'interrupt_cpus = 1' \
    'frequency_cpus = 1' 'commands = yes' >"$conf_dir/$uuid.conf"
  for n in before after; do
    printf '#!/bin/sh\nprintf "%%s\\n" "$@" >>%s/said\n' "$tmp" \
      >"$conf_dir/$uuid.$n"
    chmod 755 "$conf_dir/$uuid.$n"
  done
  # Hooks of somebody else's, one of them in the tree of VFIO-Tools.
  mkdir -p "${hook%/*}/$name/prepare/begin" /etc/libvirt/hooks
  cat >/etc/libvirt/hooks/qemu <<END
#!/bin/sh
echo mine >>$tmp/said
exec "/etc/libvirt/hooks/qemu.d/\$1/\$2/\$3/a.sh"
END
  printf '#!/bin/sh\necho tree >>%s/said\ncat >/dev/null\n' "$tmp" \
    >"${hook%/*}/$name/prepare/begin/a.sh"
  for n in started/begin start/begin stopped/end release/end reconnect/begin; do
    mkdir -p "${hook%/*}/$name/$n"
    cp "${hook%/*}/$name/prepare/begin/a.sh" "${hook%/*}/$name/$n"
  done
  chmod -R 755 "${hook%/*}/$name"
  chmod 755 /etc/libvirt/hooks/qemu
  theirs=$(cat /etc/libvirt/hooks/qemu "${hook%/*}/$name/prepare/begin/a.sh")
  "$here/libvirtd.sh" restart
  runs 'a guest is defined' define "$name" $uuid ''
  before=$(kernel_files)
  runs 'it starts, with services' v start "$name"
  is 'interrupts left its CPU' "$(cat /proc/irq/1*/smp_affinity_list |
    paste -sd' ')" '0 0'
  is '... which runs at full speed, alone' \
    "$(cat /sys/devices/system/cpu/cpufreq/policy*/scaling_governor |
      paste -sd' ')" 'schedutil performance'
  is 'the command ran before, with the name as it is' \
    "$(grep -vE 'mine|tree' "$tmp/said" | paste -sd/)" "$name/before"
  has '... and so did a hook of their own' "$(<"$tmp/said")" '*mine*tree*'
  during=$(kernel_files)
  runs 'the daemon restarts' "$here/libvirtd.sh" restart
  is '... nothing changes' "$(kernel_files)" "$during"
  runs 'it is destroyed' v destroy "$name"
  is 'all is as before' "$(kernel_files)" "$before"
  is '... and the command ran after' "$(grep -c after "$tmp/said")" 1
  runs 'again' v start "$name"
  kill -KILL "$(qemu_pid $uuid)"
  eventually sh -c "! virsh -q -c $uri domstate $uuid | grep -q running"
  eventually test ! -e "/run/virt-tune/commands/$uuid"
  is 'it crashes: all is as before' "$(kernel_files)" "$before"
  # A daemon that was dead when the guest ended.
  runs 'again' v start "$name"
  kill -KILL "$(<"/run/libvirt/libvirtd.pid")"
  kill -KILL "$(qemu_pid $uuid)"
  sleep 0.5
  "$here/libvirtd.sh" start
  eventually test ! -e "/run/virt-tune/commands/$uuid"
  is 'ended without a daemon: all is as before' "$(kernel_files)" "$before"
  # Required, and not to be had: in prepare, and with QEMU running.
  echo 'required = sleep' >>"$conf_dir/$uuid.conf"
  echo 'inhibit_sleep = yes' >>"$conf_dir/$uuid.conf"
  has 'a service that is required stops the start' "$(v start "$name" 2>&1)" \
    '*virt-tune: systemd-run failed; the host may fall asleep*'
  is '... and there is no QEMU' "$(qemu_pid $uuid)" ''
  is '... and all is as before' "$(kernel_files)" "$before"
  printf '%s\n' 'version = 1' 'interrupt_cpus = 1' 'prepare_devices = yes' \
    'devices = 00ff:01:00.0' 'required = devices' >"$conf_dir/$uuid.conf"
  has '... before QEMU is there, too' "$(v start "$name" 2>&1)" \
    "*virt-tune: The guest's PCI device 00ff:01:00.0 is not there; *"
  is '... and all is as before' "$(kernel_files)" "$before"
  # A start that fails after our prepare.
  printf '%s\n' 'version = 1' 'commands = yes' >"$conf_dir/$uuid.conf"
  : >"$tmp/said"
  guest "$name" $uuid '' | sed "s|<vcpu>2|<vcpu cpuset='4095'>2|" \
    >"$tmp/guest.xml"
  v define "$tmp/guest.xml" >/dev/null
  ! v start "$name" >/dev/null 2>&1
  is 'a start that fails later' "$?/$(grep -c before "$tmp/said")/$(grep -c \
    after "$tmp/said")" 0/1/1
  is "somebody else's hooks are as they were" \
    "$(cat /etc/libvirt/hooks/qemu "${hook%/*}/$name/prepare/begin/a.sh")" \
    "$theirs"
  is 'no notes are left' \
    "$(find /run/virt-tune/*/ -type f ! -path '*/owed/*')" ''
  is 'nothing of its name was executed' "$(pwned)" ''
  v undefine $uuid >/dev/null
  rm -rf $hook $conf_dir /etc/libvirt/hooks/qemu "${hook%/*}/${name:?}"
  umount /proc/irq /sys/devices/system/cpu/cpufreq
}

# A snapshot has the definition of its time: stored ones change beside it, all
# of that is said, and what comes back with it is seen.
snapshots() {
  local before out
  # Of the disk nothing matters: a qemu-img that says yes is enough.
  mkdir "$tmp/bin"
  printf '#!/bin/sh\nexit 0\n' >"$tmp/bin/qemu-img"
  chmod 755 "$tmp/bin/qemu-img"
  PATH="$tmp/bin:$PATH" "$here/libvirtd.sh" restart
  : >"$tmp/disk.qcow2"
  guest "$name" $uuid '' | sed "s|<memballoon|<disk type='file' device='disk'>\
<driver name='qemu' type='qcow2'/><source file='$tmp/disk.qcow2'/>\
<target dev='vda' bus='virtio'/></disk>&|" >"$tmp/guest.xml"
  v define "$tmp/guest.xml" >/dev/null
  runs 'a plan is saved' plan_pins "$tmp/guest.plan"
  out=$("$program" -c $uri preview "$name" --plan "$tmp/guest.plan")
  is 'without snapshots nothing is said of them' "$(grep -c snapshot <<<"$out")" 0
  runs 'a snapshot is taken' v snapshot-create-as "$name" first
  before=$(v dumpxml --inactive "$name")
  out=$("$program" -c $uri preview "$name" --plan "$tmp/guest.plan")
  has 'the preview says what it holds' "$out" \
    '*1 snapshot has the former definition*'
  out=$("$program" -c $uri apply "$name" --plan "$tmp/guest.plan" --yes)
  is 'apply goes on beside it' $? 0
  has '... and says it at the end, too' "${out#*Applied as}" \
    '*1 snapshot has the former definition*'
  has '... the definition has pins' "$(v dumpxml --inactive "$name")" \
    '*<vcpupin *'
  is '... the snapshot is there' "$(v snapshot-list --name "$name" |
    sed '/^$/d')" first
  runs 'somebody goes back to it' v snapshot-revert "$name" first
  is 'the former definition is back' "$(v dumpxml --inactive "$name")" \
    "$before"
  out=$("$program" -c $uri check "$name" --seconds 0 2>/dev/null)
  is 'check sees that' $? 3
  has '... and says where it may come from' "$out" \
    '*lines that virt-tune wrote were changed*snapshot*'
  runs 'applied again' "$program" -c $uri apply "$name" --plan \
    "$tmp/guest.plan" --yes
  runs '... it is undone' "$program" -c $uri undo "$name"
  is '... to what the snapshot brought' "$(v dumpxml --inactive "$name")" \
    "$before"
  v snapshot-delete "$name" first >/dev/null
  v undefine $uuid >/dev/null
  rm -rf "${tmp:?}/bin" $hook $conf_dir
}

# pins UUID: of the running guest, each vCPU's thread and its CPUs.
pins() {
  local task vcpu
  for task in "/proc/$(qemu_pid "$1")"/task/*; do
    vcpu=$(<"$task/comm")
    [[ $vcpu == CPU\ * ]] || continue
    echo "$vcpu $(awk '/^Cpus_allowed_list/ { print $2 }' "$task/status")"
  done | sort | paste -sd,
}

# plan_pins FILE: a plan that pins both vCPUs and the emulator, on any machine
# that has two CPUs.  No layout would do it where only one core could be given.
plan_pins() {
  "$program" -c $uri plan "$name" --layout keep -o "$1" &&
    sed -i -e 's/^vcpupin.0 = .*/vcpupin.0 = 0/' \
      -e 's/^vcpupin.1 = .*/vcpupin.1 = 1/' \
      -e 's/^emulatorpin = .*/emulatorpin = 0/' \
      -e 's/^topology = .*/topology = 1 1 2 1/' "$1"
}

the_program() {
  local before after cpus
  runs 'a guest is defined' define "$name" $uuid ''
  before=$(v dumpxml --inactive "$name")
  runs 'a plan is saved' plan_pins "$tmp/guest.plan"
  runs 'apply' "$program" -c $uri apply "$name" --plan "$tmp/guest.plan" --yes
  after=$(v dumpxml --inactive "$name")
  has 'the definition has pins' "$after" '*<vcpupin vcpu=*<vcpupin vcpu=*'
  has '... a topology' "$after" "*<topology sockets='1' dies='1' cores='2' *"
  has '... and huge pages' "$after" "*<page size='2048' unit='KiB'/>*"
  is 'the hook is the one that we ship' \
    "$(cmp $hook "$here/../data/50-virt-tune" && stat -c %a $hook)" 755
  has 'its data asks for the pages' "$(<$conf_dir/$uuid.conf)" \
    '*hugepages_node_any = 32*'
  "$here/libvirtd.sh" restart
  runs 'the guest starts, from an empty pool' v start "$name"
  is '... on pages that the hook reserved' "$(<$pool)" $((nr_before + 32))
  # What the definition says is what the threads have.
  cpus=$(sed -n "s/.*<vcpupin vcpu='\([0-9]*\)' cpuset='\([^']*\)'.*/\
CPU \1\/TCG \2/p" <<<"$after" | sort | paste -sd,)
  is 'each vCPU is on its CPUs' "$(pins $uuid)" "$cpus"
  is '... and there are two' "$(tr , '\n' <<<"$cpus" | wc -l)" 2
  checked
  runs 'it is destroyed' v destroy "$name"
  is 'the pool is as before' "$(<$pool)" "$nr_before"
  runs 'undo' "$program" -c $uri undo "$name"
  is 'the definition is as before' "$(v dumpxml --inactive "$name")" "$before"
  is 'no hook and no data are left' "$(ls $hook $conf_dir/* 2>/dev/null)" ''
  is 'nothing of its name was executed' "$(pwned)" ''
  too_late
  v define /dev/stdin <<<"$before" >/dev/null
  cut_off
}

# check WORDS...: the running guest; its words are in $out.
check() {
  out=$("$program" -c $uri check "$name" "$@" 2>&1 </dev/null)
}

# The guest is as it was applied; then one thing after the other is not.
checked() {
  local out data=$conf_dir/$uuid.conf pid task
  pid=$(qemu_pid $uuid)
  check --seconds 0
  is 'check: as planned' $? 0
  has '... and it says so' "$out" '*2 vCPUs run where planned*As planned.'
  has '... of the emulator' "$out" '*ok *The emulator runs where planned*'
  has '... of its huge pages' "$out" \
    '*ok *All of its memory is in huge pages (64 of 64 MiB*'
  has '... of what was applied' "$out" '*ok *Record 0001 is in force*'
  has '... and of the hook' "$out" "*ok *The hook's data file is as it was *"
  v vcpupin $uuid 1 0 --live >/dev/null
  check --seconds 0
  is 'a pin moved by hand: exit 3' $? 3
  has '... and it is named, with the cure' "$out" \
    '*fail *vCPU 1 may run on CPUs 0; planned are 1*libvirt was told so*'
  has '... that and nothing else' "$(grep -c ^fail <<<"$out")" 1
  v vcpupin $uuid 1 1 --live >/dev/null
  check --seconds 0
  is '... put back: as planned' $? 0
  task=$(grep -l 'CPU 1/TCG' /proc/"$pid"/task/*/comm)
  task=${task%/comm}
  taskset -pc 0 "${task##*/}" >/dev/null
  check --seconds 0
  is 'a thread moved behind the back of libvirt: exit 3' $? 3
  has '... and it says who did not do it' "$out" \
    '*fail *vCPU 1 may run on CPUs 0; planned are 1*It was not libvirt*'
  taskset -pc 1 "${task##*/}" >/dev/null
  chrt -b -p 0 "${task##*/}"
  check --seconds 0
  has 'another scheduler is named' "$?$out" \
    '3*fail *vCPU 1 has the scheduler batch; planned is other*'
  chrt -o -p 0 "${task##*/}"
  cp "$data" "$tmp/data"
  echo '# by hand' >>"$data"
  check --seconds 0
  has "a change of the hook's data is named" "$?$out" \
    "3*fail *The hook's data file was changed*$uuid.conf*"
  cp "$tmp/data" "$data"
  v emulatorpin $uuid 1 --config >/dev/null
  check --seconds 0
  has 'so is an edit of what was applied' "$?$out" \
    "3*The emulator may run on CPUs 0; planned are 1*fail *1 line that \
virt-tune wrote was changed*<emulatorpin cpuset='0'/>*"
  v emulatorpin $uuid 0 --config >/dev/null
  v setmaxmem $uuid 128M --config >/dev/null
  check --seconds 0
  has 'and a definition that does not run yet' "$?$out" \
    '3*fail *runs with another definition*size of its memory*'
  v setmaxmem $uuid 64M --config >/dev/null
  v setmem $uuid 64M --config >/dev/null
  measured "$pid"
}

# How long vCPUs wait; and that nobody can read whose report it is.
measured() {
  local out file=$tmp/report text word
  check --seconds 2 -o "$file"
  has 'measured' "$?$out" '0*Measured for 2.*vCPU*waited %*
      0  0 *
      1  1 *'
  text=$(<"$file")
  has 'the report has it too' "$text" '# A report of virt-tune check*Measured *'
  for word in "$uuid" "$name" "$(</proc/sys/kernel/hostname)"; do
    ! grep -qiwF -e "$word" <<<"$text"
    is "... and nothing of \"${word:0:10}\"" $? 0
  done
  check --seconds 0 -o "$file" --with-names
  has '... unless it is asked for' "$(<"$file")" "*$uuid*"
  echo mine >"$file"
  check --seconds 0 -o "$file"
  is 'another file there is left alone' "$?$(<"$file")" 3mine
  check --seconds 1 --json
  python3 -c 'import json, sys; d = json.load(sys.stdin); v = d["vcpus"]
assert d["version"] == 1 and d["as_planned"] is True and d["running"]
assert [x["vcpu"] for x in v] == [0, 1] and 0 <= v[0]["waited"] <= 100
assert {x["part"] for x in d["findings"]} >= {"running", "drift", "host"}' \
    <<<"$out"
  is 'JSON has the same' $? 0
  unseen
  on_screen
  kill -STOP "$1"
  (sleep 1 && kill -KILL "$1") &
  check --seconds 30
  has 'killed meanwhile: could not look, and not green' "$?$out" \
    '3*unknown *Waiting for CPUs: could not look (the guest ended meanwhile)*'
  wait
  eventually eval '[[ $(v domstate $uuid) == "shut off" ]]'
  check
  has 'it does not run: only what is stored is checked' "$?$out" \
    '0*note *The guest does not run*As planned; the guest does not run.'
  eventually eval '[[ $(<$pool) == "$nr_before" ]]'
  runs 'it starts again' v start "$name"
}

# What cannot be looked at is said, and never as planned.
unseen() {
  local out at calls green=''
  cp "$program" "$tmp/virt-tune"
  out=$(setpriv --reuid 65534 --regid 65534 --clear-groups "$tmp/virt-tune" \
    -c $uri --read-only check "$name" --seconds 0 2>&1 </dev/null)
  has 'not as root: exit 3' "$?$out" '3*Not all could be looked at*'
  has '... for huge pages' "$out" '*unknown *Huge pages: could not look*'
  has '... and the journal' "$out" '*unknown *The journal: could not look*'
  has '... but pins are seen' "$out" '*ok *2 vCPUs run where planned*'
  hurt virDomainGetXMLDesc 0 none check "$name" --seconds 0
  calls=$(<"$tmp/calls")
  for ((at = 1; at <= calls; at++)); do
    hurt virDomainGetXMLDesc $at EIO check "$name" --seconds 0
    case $?$(<"$tmp/out") in 1* | 3*unknown*) ;; *) green+="$at " ;; esac
  done
  is "libvirt fails at each of $calls readings: never green" "$green" ''
}

# The same on the screen: Esc stops the measuring, and only that.
on_screen() {
  local out
  printf '%s\n' '8 tick dump' 'Esc dump' 'r wait' \
    'Down Down Down Down Down Down Down Down Down Down dump' >"$tmp/keys.txt"
  out=$("$program" -c $uri --script "$tmp/keys.txt" "$uuid" 2>&1 </dev/null)
  has 'on the screen: as planned while it is measured' "$out" \
    '*As planned.  Measuring waits: 0 of 10 s. Esc stops it.*'
  has '... Esc stops it, which is no proof' "$out" \
    '*Not all could be looked at.*Measuring was stopped; r looks again.*'
  has '... r measures to the end' "$out" \
    '*Waits were measured for 10.* s.*vCPU   0  CPU 0      waited *'
}

# hurt CALL N HOW WORDS...: the program, whose Nth CALL goes wrong.
hurt() {
  local call=$1 at=$2 how=$3
  shift 3
  LD_PRELOAD=$shim FAULT_CALL=$call FAULT_AT=$at FAULT_HOW=$how \
    FAULT_COUNT=$tmp/calls ASAN_OPTIONS=verify_asan_link_order=0 \
    "$program" -c $uri "$@" >"$tmp/out" 2>&1 </dev/null
}

# Cut off around the definition, with libvirt's own words and without them.
cut_off() {
  local before after how way status
  before=$(v dumpxml --inactive $uuid)
  "$program" -c $uri apply "$name" --plan "$tmp/guest.plan" --yes \
    >"$tmp/out" 2>&1
  after=$(v dumpxml --inactive $uuid)
  "$program" -c $uri undo "$name" >"$tmp/out" 2>&1
  is 'a reference is taken, and taken back' "$(v dumpxml --inactive $uuid)" \
    "$before"
  for how in kill after; do
    for way in --take-back --finish; do
      { hurt virDomainDefineXMLFlags 1 $how apply "$name" --yes \
        --plan "$tmp/guest.plan"; } 2>/dev/null
      "$program" -c $uri repair >"$tmp/out" 2>&1 </dev/null
      is "killed at the definition ($how): it is open" $? 2
      runs "... repair $way" "$program" -c $uri repair "$name" $way
      if [[ $way == --finish ]]; then
        is '... it is whole' "$(v dumpxml --inactive $uuid)" "$after"
        runs '... and can be undone' "$program" -c $uri undo "$name"
      fi
      is '... it is as before' "$(v dumpxml --inactive $uuid)" "$before"
      is '... without a hook' "$(ls $hook $conf_dir/* 2>/dev/null)" ''
    done
  done
  export FAULT_RUN="$here/libvirtd.sh restart"
  hurt virDomainDefineXMLFlags 1 run apply "$name" --yes \
    --plan "$tmp/guest.plan"
  is 'the daemon restarts at the definition: taken back, exit 1' $? 1
  is '... it is as before' "$(v dumpxml --inactive $uuid)" "$before"
  is '... without a hook' "$(ls $hook $conf_dir/* 2>/dev/null)" ''
  export FAULT_RUN='kill -9 $(cat /run/libvirt/libvirtd.pid)'
  hurt virDomainDefineXMLFlags 1 run apply "$name" --yes \
    --plan "$tmp/guest.plan"
  is 'the daemon dies at the definition: exit 6' $? 6
  "$here/libvirtd.sh" start
  runs '... it comes again, repair takes back' \
    "$program" -c $uri repair "$name" --take-back
  is '... it is as before' "$(v dumpxml --inactive $uuid)" "$before"
  is '... without a hook' "$(ls $hook $conf_dir/* 2>/dev/null)" ''
  someone_else
  live
}

# Threads of a running guest are moved, and read back from the kernel.
live() {
  local out before
  before=$(v dumpxml --inactive $uuid)
  runs 'the guest starts without pins' v start "$name"
  out=$("$program" -c $uri apply "$name" --plan "$tmp/guest.plan" --live --yes \
    2>&1 </dev/null)
  is 'apply --live to a running guest' $? 0
  has '... tells from where to where' "$out" '*moved*vCPU 1 from CPUs * to 1*'
  is '... and the threads are there' "$(pins $uuid)" 'CPU 0/TCG 0,CPU 1/TCG 1'
  has '... and stored' "$(v dumpxml --inactive $uuid)" '*<vcpupin vcpu=*'
  v vcpupin $uuid 1 0 --live >/dev/null
  out=$("$program" -c $uri apply "$name" --plan "$tmp/guest.plan" --live --yes \
    2>&1 </dev/null)
  has 'moved by hand, moved back, with nothing to store' "$out" \
    '*nothing to do*vCPU 1 from CPUs 0 to 1*'
  v vcpupin $uuid 1 0 --live >/dev/null
  v emulatorpin $uuid 1 --live >/dev/null
  hurt virDomainPinEmulator 1 EIO apply $uuid --live --yes \
    --plan "$tmp/guest.plan"
  is 'one that cannot be moved: exit 1' $? 1
  has '... and all are where they were' "$(<"$tmp/out")" '*are where they were*'
  is '... as the kernel says' "$(pins $uuid)" 'CPU 0/TCG 0,CPU 1/TCG 0'
  out=$("$program" -c $uri undo "$name")
  is 'undo beneath a running guest' $? 0
  has '... says when it takes effect' "$out" '*is running; this takes effect*'
  v destroy "$name" >/dev/null
  is '... the definition is as before' "$(v dumpxml --inactive $uuid)" "$before"
}

# Someone else's edit at each reading of the definition: it is never lost.
someone_else() {
  local at calls status lost='' before
  before=$(v dumpxml --inactive $uuid)
  hurt virDomainGetXMLDesc 0 none apply "$name" --yes --plan "$tmp/guest.plan"
  calls=$(<"$tmp/calls")
  "$program" -c $uri undo "$name" >"$tmp/out" 2>&1
  export FAULT_RUN="timeout 60 virsh -q -c $uri setmaxmem $uuid 128M --config"
  for ((at = 2; at <= calls; at++)); do
    hurt virDomainGetXMLDesc $at run apply "$name" --yes \
      --plan "$tmp/guest.plan"
    status=$?
    [[ $(v dumpxml --inactive $uuid) == *'>131072</memory>'* ]] ||
      lost+="edit $at lost; "
    [[ $status == [04] ]] || lost+="edit $at: exit $status; "
    [[ $status == 0 ]] && "$program" -c $uri undo "$name" >"$tmp/out" 2>&1
    "$program" -c $uri repair >"$tmp/out" 2>&1 </dev/null ||
      lost+="edit $at: left open; "
    [[ $(v dumpxml --inactive $uuid) == *'>131072</memory>'* ]] ||
      lost+="edit $at lost by undo; "
    v define /dev/stdin <<<"$before" >/dev/null
  done
  is "virsh edits before each of $calls readings: none is lost" "$lost" ''
  is 'no hook is left' "$(ls $hook $conf_dir/* 2>/dev/null)" ''
}

# An edit between reading and applying wins; virt-tune is told.
too_late() {
  local out
  mkfifo "$tmp/keys"
  script -qec "$program -c $uri apply '$uuid' --layout keep" /dev/null \
    <"$tmp/keys" >"$tmp/typed" 2>&1 &
  exec 3>"$tmp/keys"
  eventually grep -q 'Apply?' "$tmp/typed"
  v setmaxmem $uuid 128M --config >/dev/null
  out=$(v dumpxml --inactive $uuid)
  echo y >&3
  wait $!
  is 'an edit by someone else meanwhile: exit 4' $? 4
  exec 3>&-
  has '... and it says so' "$(<"$tmp/typed")" '*changed by someone else*'
  is '... and the edit stays' "$(v dumpxml --inactive $uuid)" "$out"
  is '... and no hook is written' "$(ls $hook $conf_dir/* 2>/dev/null)" ''
}

# shellcheck source=tests/libvirtd_presets.sh
. "$here/libvirtd_presets.sh"
if [[ $(cat /sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages) == 0 ]]
then
  hook_alone
  hook_edges
else
  ((++tests))
  echo "ok $tests - the hook alone # SKIP this machine has free huge pages"
fi
hook_services
if [[ -x $program ]]; then
  the_program
  snapshots
  all_presets
else
  ((++tests))
  echo "ok $tests - the program # SKIP there is no $program"
fi
echo "1..$tests"
[[ $failed == 0 ]]
