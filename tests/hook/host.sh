# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2012,SC2016,SC2034,SC2086,SC2154
# Sourced by hook_test.sh: the made-up host and its tools, and what runs the
# hook on it.

# is TEXT GOT WANTED
is() {
  ((++tests))
  if [[ $2 == "$3" ]]; then
    echo "ok $tests - $shell: $1"
  else
    ((++failed))
    echo "not ok $tests - $shell: $1"
    printf '%s\n' "got:    $2" "wanted: $3" | sed 's/^/# /'
  fi
}

# has TEXT GOT PATTERN
has() {
  # shellcheck disable=SC2053 # a pattern is meant
  if [[ $2 == $3 ]]; then is "$1" yes yes; else is "$1" "$2" "$3"; fi
}

# What the script finds in its PATH: real tools and made-up ones.  In $bin/kill
# there are such as have a place before and after them where the hook may die.
make_tools() {
  local tool
  mkdir -p "$bin/kill" "$dir/bare"
  for tool in cat tr date timeout flock mkdir awk mv rm ls ln readlink sleep wc; do
    ln -s "$(command -v "$tool")" "$bin/$tool"
  done
  ln -s "$(command -v cat)" "$dir/bare/cat"
  for tool in mv rm systemctl systemd-run modprobe loginctl kernel; do
    printf '#!/bin/sh\n%s\n%s "$@"\nstatus=$?\n%s\nexit $status\n' \
      "$bin/kill/tick" "$bin/$tool" "$bin/kill/tick" >"$bin/kill/$tool"
  done
  ln -s "$(type -P true)" "$bin/tick"
  cat >"$bin/kill/tick" <<'END'
#!/bin/sh
# The hook dies at the step whose number stands in kill_at.
cd "${TEST_DIR:?}" || exit
read -r step <step
echo $((step + 1)) >step
read -r at <kill_at
read -r pid <pid
[ "$step" != "$at" ] || kill -KILL "$pid"
END
  cat >"$bin/systemctl" <<'END'
#!/bin/sh
# Only the forms that the hook may use, in systemd's spelling of lists.  A unit
# is active if there is a file of its name.
cd "${TEST_HOST:?}" || exit
echo "$*" >>calls
between=
# named UNIT: what it is an alias of.
named() {
  if [ "$1" = display-manager.service ] && [ -f has_gdm ]; then
    echo gdm.service
  else
    echo "$1"
  fi
}
case "$*" in
  "stop -- "?*.* | "stop --no-block -- "*)
    shift
    [ "$1" = -- ] || shift
    shift
    [ ! -f stubborn ] || exit 1
    if [ -f slow ] && [ "$*" = display-manager.service ]; then
      echo 'deactivating 4711' >active/gdm.service
      exit 124
    fi
    code=0
    for unit in "$@"; do
      unit=$(named "$unit")
      [ -f "active/$unit" ] || code=5
      rm -f "active/$unit"
      # With the session of the one who is logged in there.
      [ "$unit" != gdm.service ] || [ -f wayland ] || rm -rf proc/100
    done
    exit $code
    ;;
  "start --no-block -- "?*.service)
    shift 3
    for unit in "$@"; do : >"active/$(named "$unit")"; done
    exit
    ;;
esac
[ ! -f broken ] || { echo "Failed to connect to bus" >&2; exit 1; }
[ ! -f term ] || kill "$(cat ../pid)"
case "$*" in
  "show --property=Id,ActiveState,Job,AllowedCPUs -- "*.s*)
    shift 3
    for unit in "$@"; do
      unit=$(named "$unit")
      printf '%sId=%s\n' "$between" "$unit"
      between='
'
      state=inactive
      [ ! -f "active/$unit" ] ||
        { read -r state <"active/$unit" || state=active; }
      case $unit in
        *.service) printf 'ActiveState=%s\nJob=%s\n' "${state%% *}" "${state#* }" ;;
        *)
          read -r list <"units/$unit"
          printf 'AllowedCPUs=%s\nActiveState=active\n' "$list"
          ;;
      esac
    done
    ;;
  "set-property --runtime -- "*.s*" AllowedCPUs="*)
    echo "${5#*=}" | tr , ' ' >"units/$4"
    # Set to nothing, the kernel goes on with what it had.
    [ -z "${5#*=}" ] || echo "${5#*=}" >"kernel/$4"
    case $4 in
      *.scope) dropins=run/systemd/transient/$4.d ;;
      *) dropins=run/systemd/system.control/$4.d ;;
    esac
    [ -d "$dropins" ] || mkdir -p "$dropins"
    echo "$5" >"$dropins/50-AllowedCPUs.conf"
    ;;
  *) exit 2 ;;
esac
END
  cat >"$bin/systemd-run" <<'END'
#!/bin/sh
# Something that runs on by itself, under the name of its unit.
cd "${TEST_HOST:?}" || exit
echo "systemd-run $*" >>calls
[ ! -f broken ] || exit 1
type=service
for arg in "$@"; do
  case $arg in
    --unit=*) unit=${arg#*=} ;;
    --on-active=*) type=timer ;;
  esac
done
: >"active/$unit.$type"
END
  cat >"$bin/modprobe" <<'END'
#!/bin/sh
# nvidia's modules and the driver of the card.
PATH=$PATH:/usr/bin:/bin
cd "${TEST_HOST:?}/sys" || exit
echo "modprobe $*" >>../calls
card=bus/pci/devices/0000:01:00.0
how=$1
[ "$how" != -r ] || shift
for module in "$@"; do
  if [ "$how" = -r ]; then
    [ ! -e "$card/refused" ] || exit 1
    [ ! -e "$card/hangs" ] || { echo $$ >../hung && exec sleep 60; }
    rmdir "module/$module" || exit
    [ "$module" != nvidia ] ||
      rm -f $card/driver bus/pci/drivers/nvidia/*:*
    continue
  fi
  [ "$module" != nvidia_drm ] || mkdir -p module/nvidia_modeset module/nvidia
  mkdir -p "module/$module"
  [ ! -d module/nvidia ] || {
    ln -sfn ../../drivers/nvidia $card/driver
    ln -sfn ../../devices/0000:01:00.0 bus/pci/drivers/nvidia/0000:01:00.0
  }
done
END
  cat >"$bin/loginctl" <<'END'
#!/bin/sh
cd "${TEST_HOST:?}" || exit
echo "loginctl $*" >>calls
case "$*" in
  "list-sessions --no-legend")
    printf '%s\n' ' 2 1000 anna seat0 tty2' ' 3 1000 anna - pts/1' \
      ' 4 1000 anna seat0 tty3'
    ;;
  *'--value -- 2') echo wayland ;;
  *'--value -- 4') echo tty ;;
  'terminate-session -- 2') rm -rf proc/100 ;;
  *) exit 1 ;;
esac
END
  cat >"$bin/kernel" <<'END'
#!/bin/sh
# kernel FILE: what the kernel does after FILE was written.  "limit" pages can
# be had at once, "scattered" more after memory was compacted.
PATH=$PATH:/usr/bin:/bin
sys=${TEST_HOST:?}/sys
name=hugepages/hugepages-2048kB
# resize POOL TOTAL: told to have so many pages, it has what is held at least.
resize() {
  read -r limit <"$1/limit"
  read -r used <"$1/used"
  nr=$(($2 < limit ? $2 : limit))
  held=$((used + ${3:-0}))
  total=$((nr > held ? nr : held))
  echo "$total" >"$1/nr_hugepages"
  echo $((total - used)) >"$1/free_hugepages"
  echo $((total - nr)) >"$1/surplus_hugepages"
}
# sum FILE: over the nodes, into the host's.
sum() {
  total=0
  for node in "$sys"/devices/system/node/node*/$name; do
    read -r part <"$node/$1"
    total=$((total + part))
  done
  echo "$total" >"$sys/kernel/mm/$name/$1"
}
pool=${1%/*}
# refuse FILE: it stays as it was.
refuse() { cp "$1.was" "$1"; exit 1; }
# accept FILE: it is as it is now.
accept() { cp "$1" "$1.was"; }
case $1 in
  */scaling_governor)
    read -r governor <"$1"
    read -r known <"${1%/*}/scaling_available_governors"
    case " $known " in *" $governor "*) ;; *) refuse "$1" ;; esac
    accept "$1"
    # As intel_pstate: with performance, the other is, too; after it, not at
    # all what it was before.
    epp=${1%/*}/energy_performance_preference
    [ -f "$epp" ] || exit 0
    [ "$governor" = performance ] && echo performance >"$epp" ||
      echo balance_power >"$epp"
    accept "$epp"
    ;;
  */energy_performance_preference)
    read -r governor <"${1%/*}/scaling_governor"
    read -r epp <"$1"
    [ "$governor" != performance ] || [ "$epp" = performance ] || refuse "$1"
    accept "$1"
    ;;
  */smp_affinity_list)
    [ ! -f "${1%/*}/managed" ] || refuse "$1"
    accept "$1"
    ;;
  */drivers_probe)
    read -r address <"$1"
    card=$sys/bus/pci/devices/$address
    read -r native <"$card/native" && [ ! -e "$card/driver" ] &&
      ln -s "../../drivers/$native" "$card/driver"
    exit 0
    ;;
  */driver/unbind) rm "${1%/unbind}" ;;
  */bus/platform/drivers/*/unbind)
    read -r name <"$1"
    rm "${1%/*}/$name"
    ;;
  */compact_memory)
    for pool in "$sys/kernel/mm/$name" "$sys"/devices/system/node/node*/$name; do
      [ -d "$pool" ] || continue
      read -r limit <"$pool/limit"
      read -r more <"$pool/scattered"
      echo $((limit + more)) >"$pool/limit"
      echo 0 >"$pool/scattered"
    done
    echo compact >>"$TEST_HOST/calls"
    ;;
  */node/node*/nr_hugepages)
    read -r nr <"$1"
    resize "$pool" "$nr"
    for file in nr free surplus; do sum ${file}_hugepages; done
    ;;
  */nr_hugepages)
    pool=$sys/kernel/mm/$name
    read -r nr <"$pool/nr_hugepages"
    read -r reserved <"$pool/resv_hugepages"
    if [ ! -d "$sys/devices/system/node/node0" ]; then
      resize "$pool" "$nr" "$reserved"
      exit
    fi
    # The kernel takes and gives page by page, from node to node.
    sum nr_hugepages
    read -r now <"$pool/nr_hugepages"
    goal=$nr step=$((nr < now ? -1 : 1)) stuck=0 i=0
    while [ "$now" != "$goal" ] && [ "$stuck" -lt 2 ]; do
      node=$sys/devices/system/node/node$i/$name
      i=$((1 - i))
      read -r before <"$node/nr_hugepages"
      read -r limit <"$node/limit"
      read -r used <"$node/used"
      after=$((before + step))
      if [ "$after" -gt "$limit" ] || [ "$after" -lt "$used" ]; then
        stuck=$((stuck + 1))
        continue
      fi
      stuck=0 now=$((now + step))
      resize "$node" "$after"
    done
    for file in nr free surplus; do sum ${file}_hugepages; done
    ;;
esac
END
  chmod +x "$bin"/{systemctl,systemd-run,modprobe,loginctl,kernel} \
    "$bin"/kill/*
}

# The script with its constants replaced; $1 is the PATH it gets.
make_copy() {
  sed -e "s|^PATH=.*|PATH=$1|" \
    -e "s|^conf_dir=.*|conf_dir=$host/conf|" \
    -e "s|^run_dir=.*|run_dir=$host/run/virt-tune|" \
    -e "s|^sys=.*|sys=$host/sys|" \
    -e "s|^proc=.*|proc=$host/proc|" \
    -e "s|^systemd_dir=.*|systemd_dir=$host/run/systemd/system|" \
    -e "s|^log=.*|log=$host/log/virt-tune.log|" \
    -e "s|^log_else=.*|log_else=$host/log_else|" \
    -e "s|^lock_seconds=.*|lock_seconds=1|" \
    -e "s|^wait_seconds=.*|wait_seconds=1|" \
    -e "s|^hang_seconds=.*|hang_seconds=1|" \
    -e "s|^owner=.*|owner=$(id -u)|" \
    -e "s/^\(put\|mark\|write\)() {/& tick;/" \
    -e 's|^write() .*2>/dev/null|& \&\& kernel "$1"|' "$script" >"$copy"
}

# A host of 16 CPUs that can have 100 huge pages, and no data files.
fresh() {
  rm -rf "$host"
  mkdir -p "$host"/{active,conf,kernel,log,units,proc/{self,irq},proc/sys/vm} "$pool" \
    "$host"/{run/systemd/system,sys/devices/system/cpu} \
    "$host"/sys/fs/cgroup/{system.slice,user.slice,machine.slice,init.scope}
  echo 0-15 | tee "$host"/sys/devices/system/cpu/{online,possible} >/dev/null
  printf 'Name:\tsh\nUid:\t%s\t%s\n' 0 0 >"$host/proc/self/status"
  echo 'cpuset cpu io memory pids' >"$host/sys/fs/cgroup/cgroup.controllers"
  echo 0 >"$host/proc/sys/vm/compact_memory"
  echo 0 | tee "$pool"/{nr,free,resv,surplus}_hugepages "$pool"/used \
    "$pool"/scattered >/dev/null
  echo 100 >"$pool/limit"
  echo | tee "$host"/units/{system.slice,user.slice,init.scope} >"$host/calls"
  : >"$host/calls"
  make_copy "$bin"
}

# conf UUID LINE...
conf() {
  local uuid=$1
  shift
  printf '%s\n' '# A test.' 'version = 1' "$@" >"$host/conf/$uuid.conf"
}

# The same host with its memory on two nodes that can have 60 pages each.
fresh_nodes() {
  local file node
  fresh
  for node in 0 1; do
    mkdir -p "$(node $node)"
    for file in nr_hugepages free_hugepages surplus_hugepages used scattered; do
      echo 0 >"$(node $node)/$file"
    done
    echo 60 >"$(node $node)/limit"
  done
}

# node NUMBER: its pool's directory.
node() { echo "$host/sys/devices/system/node/node$1/hugepages/hugepages-2048kB"; }

# set_node NUMBER PAGES
set_node() {
  echo "$2" >"$(node "$1")/nr_hugepages"
  "$bin/kernel" "$(node "$1")/nr_hugepages"
}

# use_node NUMBER PAGES: as use, bound to a node.
use_node() {
  local dir
  dir=$(node "$1")
  [[ $(<"$dir/free_hugepages") -ge $2 ]] || return 1
  echo $(($(<"$dir/used") + $2)) >"$dir/used"
  set_node "$1" $(($(<"$dir/nr_hugepages") - $(<"$dir/surplus_hugepages")))
}

# Pages of the nodes and of the host.
nrs() { echo "$(<"$(node 0)/nr_hugepages") $(<"$(node 1)/nr_hugepages") $(nr)"; }

set_pool() {
  echo "$1" >"$pool/nr_hugepages"
  "$bin/kernel" /nr_hugepages
}

# use NUMBER: a guest maps pages, or gives them back when it is negative.  Fails
# like QEMU does when there are not so many.
use() {
  [[ $(<"$pool/free_hugepages") -ge $1 ]] || return 1
  echo $(($(<"$pool/used") + $1)) >"$pool/used"
  set_pool $(($(<"$pool/nr_hugepages") - $(<"$pool/surplus_hugepages")))
}

xml() {
  echo "<domain type='kvm' id='1'>"
  echo '  <name>&lt;uuid&gt;</name>'
  echo "  <uuid>$1</uuid>"
  # As much as its data file promises, unless a test has it otherwise.
  if [[ -f $host/memory ]]; then
    cat "$host/memory"
  else
    awk -F ' *= *' '$1 == "hugepages_kib" { size = $2 }
      /^hugepages_node_/ { pages += $2 }
      END {
        print "  <memory unit=\047KiB\047>" (size * pages) "</memory>"
        if (size)
          print "  <memoryBacking>\n    <hugepages>\n      <page size=\047" \
            size "\047 unit=\047KiB\047/>\n    </hugepages>\n  </memoryBacking>"
      }' "$host/conf/$1.conf" 2>/dev/null
  fi
  [[ ! -f $host/disks ]] || cat "$host/disks"
  echo '</domain>'
}

# hook UUID OPERATION SUBOPERATION: sets $status, $out and $err.
hook() {
  xml "$1" | (
    exec 8>>"$dir/alive" && flock -s 8
    cd / && exec env -i "${vars[@]}" /bin/sh -c \
      'echo $$ >"$TEST_DIR/pid"; exec "$@"' - "${run[@]}" "$copy" \
      "${name:-win10}" "$2" "$3" -
  ) >"$dir/out" 2>"$dir/err"
  status=$?
  out=$(<"$dir/out") err=$(<"$dir/err")
}

# All that a killed hook left running has ended.
gone() { flock -x "$dir/alive" true; }

prepare() { hook "$1" prepare begin; }
started() { hook "$1" started begin; }
release() { hook "$1" release end; }

# The lists of the three units, and the pool: everything that a guest changes.
cpus() { cat "$host"/units/{system.slice,user.slice,init.scope} | paste -sd/; }
# What the kernel has of them.
kernel_cpus() {
  cat "$host"/kernel/{system.slice,user.slice,init.scope} | paste -sd/
}
nr() { echo "$(<"$pool/nr_hugepages")"; }
log() { [[ ! -f $host/log/virt-tune.log ]] || cat "$host/log/virt-tune.log"; }
notes() {
  local d=$host/run/virt-tune
  find "$d" -mindepth 2 -type f ! -path '*/owed/*' -printf '%P\n' 2>/dev/null |
    sort | paste -sd' '
}

# orders N: all orders in which two guests can each take N steps.
orders() {
  awk -v n="$1" 'function go(s, a, b) {
      if (a == n && b == n) print s
      if (a < n) go(s "a", a + 1, b)
      if (b < n) go(s "b", a, b + 1)
    }
    BEGIN { go("", 0, 0) }' </dev/null
}

# set_file FILE TEXT: a file of the kernel beneath the host.
set_file() {
  mkdir -p "$host/${1%/*}"
  echo "$2" | tee "$host/$1" >"$host/$1.was"
}

# Four policies of four CPUs, as intel_pstate has them, and one without EPP.
add_policies() {
  local n policy
  for n in 0 1 2 3; do
    policy=sys/devices/system/cpu/cpufreq/policy$((n * 4))
    set_file $policy/affected_cpus "$((n * 4)) $((n * 4 + 1)) $((n * 4 + 2)) \
$((n * 4 + 3))"
    set_file $policy/scaling_available_governors 'performance powersave'
    set_file $policy/scaling_governor powersave
    [[ $n == 3 ]] ||
      set_file $policy/energy_performance_preference balance_performance
  done
}

# Of each policy, governor and preference.
policies() {
  local policy
  for policy in "$host"/sys/devices/system/cpu/cpufreq/policy{0,4,8,12}; do
    cat "$policy"/{scaling_governor,energy_performance_preference} 2>/dev/null |
      paste -sd+
  done | paste -sd' '
}

# Interrupts: movable ones on all CPUs and on few, one of the kernel's own, one
# of a guest; and the masks for what has no CPU of its own.
add_interrupts() {
  set_file proc/irq/1/smp_affinity_list 0-15
  set_file proc/irq/9/smp_affinity_list 2,5
  set_file proc/irq/24/smp_affinity_list 5-6
  set_file proc/irq/30/smp_affinity_list 6
  touch "$host/proc/irq/30/managed"
  set_file proc/irq/31/smp_affinity_list 0-3
  set_file proc/irq/40/smp_affinity_list 0-15
  set_file proc/irq/default_smp_affinity ffff
  set_file sys/devices/virtual/workqueue/cpumask ffff
  set_file sys/bus/workqueue/devices/writeback/cpumask 00f0
  cat >"$host/proc/interrupts" <<'END'
            CPU0       CPU1
   1:          9          0  IR-IO-APIC    1-edge      i8042
   9:          0          4  IR-IO-APIC    9-fasteoi   acpi
  40:          0          0  IR-PCI-MSI 1-edge      vfio-msix[0](0000:02:00.0)
 NMI:          1          1   Non-maskable interrupts
END
  touch "$host/active/irqbalance.service"
}

irqs() { cat "$host"/proc/irq/{1,9,24,30,31,40}/smp_affinity_list | paste -sd' '; }
masks() {
  cat "$host"/sys/devices/virtual/workqueue/cpumask \
    "$host"/sys/bus/workqueue/devices/writeback/cpumask \
    "$host"/proc/irq/default_smp_affinity | paste -sd' '
}

# A card of nvidia's with sound, the only display, which gdm and a console have;
# and an NVMe disk.
card=sys/bus/pci/devices/0000:01:00.0
add_devices() {
  local n
  cd "$host" || exit
  mkdir -p $card/drm/{card0,renderD128} proc/100/fd sys/bus/platform/drivers \
    sys/module/{nvidia_drm,nvidia_uvm,nvidia_modeset,nvidia} \
    sys/bus/pci/{devices/0000:0{1:00.1,2:00.0},drivers/{nvidia,snd_hda_intel,nvme}} \
    sys/bus/pci/drivers/{vfio-pci,amdgpu,i915,xe} sys/kernel/iommu_groups/14
  : >sys/bus/pci/drivers_probe
  ln -s ../../drivers/nvidia $card/driver
  ln -s ../../devices/0000:01:00.0 sys/bus/pci/drivers/nvidia/0000:01:00.0
  ln -s ../../drivers/snd_hda_intel sys/bus/pci/devices/0000:01:00.1/driver
  ln -s ../../drivers/nvme sys/bus/pci/devices/0000:02:00.0/driver
  echo nvidia >$card/native
  set_file $card/driver_override ''
  set_file sys/bus/pci/devices/0000:01:00.1/driver_override ''
  set_file $card/boot_vga 1
  set_file $card/d3cold_allowed 1
  set_file $card/reset_method 'flr device_specific bus'
  set_file sys/bus/pci/devices/0000:02:00.0/d3cold_allowed 0
  set_file sys/bus/pci/devices/0000:02:00.0/reset_method 'flr bus'
  echo Xorg >proc/100/comm
  ln -s /dev/dri/card0 proc/100/fd/7
  ln -s /dev/null proc/100/fd/1
  mkdir -p sys/bus/platform/drivers/efi-framebuffer
  ln -s ../.. sys/bus/platform/drivers/efi-framebuffer/efi-framebuffer.0
  set_file sys/class/vtconsole/vtcon0/name '(S) dummy device'
  set_file sys/class/vtconsole/vtcon0/bind 0
  set_file sys/class/vtconsole/vtcon1/name '(M) frame buffer device'
  set_file sys/class/vtconsole/vtcon1/bind 1
  n=sys/devices/pci0000:00/0000:00:06.0/0000:02:00.0/nvme/nvme0
  mkdir -p $n/nvme0n1/nvme0n1p1 sys/class/block
  set_file sys/class/block.dev 0
  echo 259:0 >$n/nvme0n1/dev
  echo 259:1 >$n/nvme0n1/nvme0n1p1/dev
  mkdir -p $n/nvme0n1/{holders,nvme0n1p1/holders}
  ln -s ../../${n#sys/}/nvme0n1 sys/class/block/nvme0n1
  ln -s ../../${n#sys/}/nvme0n1/nvme0n1p1 sys/class/block/nvme0n1p1
  echo '22 1 8:1 / / rw - ext4 /dev/sda1 rw' >proc/self/mountinfo
  echo 'Filename Type Size Used Priority' >proc/swaps
  touch active/{gdm,nvidia-persistenced}.service has_gdm
  cd "$here" || exit
}

# All that services may change: every file, link and unit of the host.
snapshot() {
  local skip=(-path '*/hugepages*' -o -path '*/100*' -o -path '*/vm/*' -o -name
    '*.was' -o -name drivers_probe -o -name unbind)
  (cd "$host" &&
    find sys proc active units \( "${skip[@]}" \) -prune -o -printf '%p %y %l\n' &&
    find sys proc active units \( "${skip[@]}" \) -prune -o -type f \
      -exec grep -H '' {} +) | sort
}

# all_conf UUID CPUS: everything but the display, of which there is one.
all_conf() {
  conf "$1" "guest_cpus = $2" "frequency_cpus = $2" "interrupt_cpus = $2" \
    "vfio_on_host = 0" 'inhibit_sleep = yes' 'commands = yes' \
    'prepare_devices = yes' 'hugepages_kib = 2048' 'hugepages_node_any = 5' "${@:3}"
}

fresh_all() {
  fresh
  add_policies
  add_interrupts
  add_devices
  set_pool 3
  echo 0-15 | tee "$host"/units/{system.slice,user.slice,init.scope} >/dev/null
  all_conf $a 4-7 'devices = 0000:01:00.0 0000:02:00.0' \
    'display = 0000:01:00.0 0000:01:00.1'
  all_conf $b 6-9 'devices = 0000:02:00.0'
}

# What is not as $before; nothing if all is.
changed() {
  [[ ! -d $host/$card ]] || ln -sfn ../.. \
    "$host/sys/bus/platform/drivers/efi-framebuffer/efi-framebuffer.0"
  mkdir -p "$host/proc/100"
  diff <(echo "$before") <(snapshot) | paste -sd' '
  [[ $(nr) == 3 ]] || echo "pages: $(nr)"
  notes
}

# As libvirt does it: the card away, and back.
takes() { [[ ! -d $host/$card ]] || ln -sfn ../../drivers/vfio-pci "$host/$card/driver"; }
returns() {
  [[ -d $host/$card ]] || return
  if [[ -d $host/sys/module/nvidia ]]; then
    ln -sfn ../../drivers/nvidia "$host/$card/driver"
  else
    rm -f "$host/$card/driver"
  fi
}
