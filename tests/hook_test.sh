#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The hook script against a made-up host: files for /sys, /proc and /run, a
# systemctl that keeps properties in files, and a kernel that answers writes to
# the pool of huge pages as the real one does.  Every test runs in each shell
# that is here and may be somebody's /bin/sh.  Needs no root and changes nothing
# outside of a temporary directory.  Prints TAP.
#   hook_test.sh [SCRIPT [SHELL]]
# shellcheck disable=SC2016 # much here is for other shells to expand
set -u

here=$(cd "$(dirname "$0")" && pwd)
script=${1:-$here/../data/50-virt-tune}
[[ -f $script ]] || { echo "Bail out! There is no script $script."; exit 1; }
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
host=$dir/host bin=$dir/bin copy=$dir/hook
# For the made-up tools.  Not "host": the script has a variable of that name.
export TEST_DIR=$dir TEST_HOST=$host
vars=("TEST_DIR=$dir" "TEST_HOST=$host")
pool=$host/sys/kernel/mm/hugepages/hugepages-2048kB
a=aaaaaaaa-1111-2222-3333-444444444444
b=bbbbbbbb-1111-2222-3333-444444444444
tests=0 failed=0

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
  for tool in cat tr date timeout flock mkdir awk mv rm; do
    ln -s "$(command -v "$tool")" "$bin/$tool"
  done
  ln -s "$(command -v cat)" "$dir/bare/cat"
  for tool in mv rm systemctl kernel; do
    printf '#!/bin/sh\n%s\n%s "$@"\nstatus=$?\n%s\nexit $status\n' \
      "$bin/kill/tick" "$bin/$tool" "$bin/kill/tick" >"$bin/kill/$tool"
  done
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
  printf '#!/bin/sh\necho "${FAKE_UID:-0}"\n' >"$bin/id"
  cat >"$bin/systemctl" <<'END'
#!/bin/sh
# Only the two forms that the hook may use, in systemd's spelling of lists.
cd "${TEST_HOST:?}" || exit
echo "$*" >>calls
[ ! -f broken ] || { echo "Failed to connect to bus" >&2; exit 1; }
[ ! -f term ] || kill "$(cat ../pid)"
case "$*" in
  "show --property=AllowedCPUs --value -- "*.s*)
    read -r list <"units/$5"
    echo "$list"
    ;;
  "set-property --runtime -- "*.s*" AllowedCPUs="[0-9]*)
    echo "${5#*=}" | tr , ' ' >"units/$4"
    dropins=run/systemd/system.control/$4.d
    [ -d "$dropins" ] || mkdir -p "$dropins"
    echo "$5" >"$dropins/50-AllowedCPUs.conf"
    ;;
  *) exit 2 ;;
esac
END
  cat >"$bin/kernel" <<'END'
#!/bin/sh
# kernel FILE: what the kernel does after FILE was written.  "limit" pages can
# be had at once, "scattered" more after memory was compacted.
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
case $1 in
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
  chmod +x "$bin"/{id,systemctl,kernel} "$bin"/kill/*
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
    -e 's|^write() .*2>/dev/null|& \&\& kernel "$1"|' "$script" >"$copy"
}

# A host of 16 CPUs that can have 100 huge pages, and no data files.
fresh() {
  rm -rf "$host"
  mkdir -p "$host"/{conf,log,units,proc/sys/vm,run/systemd/system} "$pool" \
    "$host"/sys/devices/system/cpu "$host"/sys/fs/cgroup
  echo 0-15 | tee "$host"/sys/devices/system/cpu/{online,possible} >/dev/null
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
  echo '  <memory unit="KiB">65536</memory>'
  echo '</domain>'
}

# hook UUID OPERATION SUBOPERATION: sets $status, $out and $err.
hook() {
  xml "$1" | (
    cd / && exec env -i FAKE_UID="${uid:-0}" "${vars[@]}" /bin/sh -c \
      'echo $$ >"$TEST_DIR/pid"; exec "$@"' - "${run[@]}" "$copy" \
      "${name:-win10}" "$2" "$3" -
  ) >"$dir/out" 2>"$dir/err"
  status=$?
  out=$(<"$dir/out") err=$(<"$dir/err")
}

prepare() { hook "$1" prepare begin; }
started() { hook "$1" started begin; }
release() { hook "$1" release end; }

# The lists of the three units, and the pool: everything that a guest changes.
cpus() { cat "$host"/units/{system.slice,user.slice,init.scope} | paste -sd/; }
nr() { echo "$(<"$pool/nr_hugepages")"; }
log() { [[ ! -f $host/log/virt-tune.log ]] || cat "$host/log/virt-tune.log"; }
notes() {
  local d=$host/run/virt-tune
  find "$d"/{guests,pages,promised,saved} -type f -printf '%P\n' 2>/dev/null |
    sort | paste -sd' '
}

test_quiet() {
  local op
  fresh
  # Nothing but cat can be run here, so nothing else was.
  make_copy "$dir/bare"
  conf $a 'guest_cpus = 4-7'
  for op in 'stopped end' 'start begin' 'migrate begin' 'restore begin' \
    'attach begin' 'prepare end' 'release begin' 'new-one begin' ' '; do
    hook $a "${op% *}" "${op#* }"
    is "operation '$op' is left alone" \
      "$status/$out/$err/$(ls "$host/run")" 0///systemd
  done
  for op in 'prepare begin' 'started begin' 'reconnect begin' 'release end'; do
    hook $b "${op% *}" "${op#* }"
    is "$op of a domain without a data file is left alone" \
      "$status/$out/$err/$(ls "$host/run")" 0///systemd
  done
  make_copy "$bin"
  uid=1000 started $a
  is 'an ordinary user changes nothing' \
    "$status/$out/$err/$(ls "$host/run")/$(<"$host/calls")" 0///systemd/
  release $a
  is 'a release of what was never prepared' "$status/$out/$err/$(cpus)" 0/////
  is 'it calls systemctl for nothing' "$(<"$host/calls")" ''
}

test_stdin() {
  fresh
  conf $a 'guest_cpus = 4-7'
  # More than a pipe holds: a writer that is not read to the end gets SIGPIPE.
  { xml $a; head -c 300000 /dev/zero | tr '\0' 'x'; } |
    env -i "${vars[@]}" "${run[@]}" "$copy" vm restore begin -
  is 'all of stdin is read (ignored operation)' "${PIPESTATUS[*]}" '0 0'
  { xml $b; head -c 300000 /dev/zero | tr '\0' 'x'; } |
    env -i "${vars[@]}" "${run[@]}" "$copy" vm prepare begin -
  is 'all of stdin is read (no data file)' "${PIPESTATUS[*]}" '0 0'
  { xml $a; head -c 300000 /dev/zero | tr '\0' 'x'; } |
    env -i "${vars[@]}" "${run[@]}" "$copy" vm started begin -
  is 'all of stdin is read (data file)' "${PIPESTATUS[*]}" '0 0'
  local bad
  for bad in '' ../../conf "$a/../$a" "${a%?}" "${a}4" "${a^^}" \
    aaaaaaaa-1111-2222-3333-44444444444g -------------------------------------
  do
    fresh
    conf $a 'guest_cpus = 4-7'
    mkdir -p "$host/conf/..conf"
    hook "$bad" started begin
    is "'$bad' is no UUID" "$status/$err/$(cpus)" '0////'
  done
  fresh
  env -i "${run[@]}" "$copy" vm started begin - </dev/null >/dev/null 2>&1
  is 'no XML at all' $? 0
  env -i "${run[@]}" "$copy" vm started begin - <&- >/dev/null 2>&1
  is 'no stdin at all' $? 0
  env -i "${run[@]}" "$copy" </dev/null >/dev/null 2>&1
  is 'no arguments at all' $? 0
}

test_names() {
  local name all
  for name in '$(touch pwned); rm -rf "/"' '-x' '`touch pwned`' '%s%n\n' \
    $'two\nlines \e[31m\x80' "it's" '*' '-n -e'; do
    fresh
    conf $a 'guest_cpus = 4-7' 'hugepages_kib = 2048' 'hugepages_node_any = 8'
    prepare $a
    all=$status$err
    started $a
    all+=$status$err/$(cpus)/$(nr)
    release $a
    is "a domain of name $(printf %q "$name")" \
      "$all/$status$err/$(nr)" '00/0-3 8-15/0-3 8-15/0-3 8-15/8/0/0'
    is '... makes whole, printable lines' \
      "$(log | LC_ALL=C grep -cvE "^[-0-9]+ [:0-9]+ $a \"[ -~]*\" [a-z]+: ")" 0
  done
  name='a $(b) "c"' && prepare $a && release $a
  has 'the name is in the log as it is' "$(log)" '*"a $(b) "c"" hugepages: *'
  is 'nothing was executed' \
    "$(find / "$dir" -maxdepth 2 -name pwned 2>/dev/null)" ''
}

test_isolate() {
  fresh
  conf $a 'guest_cpus = 4-7,12'
  prepare $a
  is 'prepare does not isolate' "$status/$(cpus)" 0///
  started $a
  is 'started isolates' "$status/$err/$(cpus)" \
    '0//0-3 8-11 13-15/0-3 8-11 13-15/0-3 8-11 13-15'
  has 'before and after are in the log' "$(log)" \
    '*isolate: user.slice all -> 0-3,8-11,13-15: ok*'
  is 'its notes are nobody else'"'"'s to read' \
    "$(stat -c %a "$host/run/virt-tune")" 700
  : >"$host/calls"
  hook $a reconnect begin
  is 'reconnect with notes changes nothing' "$status/$(<"$host/calls")" 0/
  rm -rf "$host"/run/{virt-tune,systemd/system.control}
  echo | tee "$host"/units/* >"$host/calls"
  hook $a reconnect begin
  is 'reconnect without notes isolates again' "$status/$(cpus)" \
    '0/0-3 8-11 13-15/0-3 8-11 13-15/0-3 8-11 13-15'
  release $a
  is 'release names every CPU' "$status/$(cpus)" 0/0-15/0-15/0-15
  is 'and leaves no drop-in and no notes' \
    "$(find "$host/run/systemd/system.control" -type f)$(notes)" ''
  : >"$host/calls"
  release $a
  is 'a second release does nothing' "$status/$(<"$host/calls")" 0/
}

test_isolate_own() {
  fresh
  local dropins=$host/run/systemd/system.control
  echo '0-5 9' >"$host/units/system.slice"
  echo '6 7' >"$host/units/init.scope"
  mkdir -p "$dropins/system.slice.d"
  echo mine >"$dropins/system.slice.d/50-AllowedCPUs.conf"
  conf $a 'guest_cpus = 4-7'
  started $a
  is 'a unit gets no CPU that it did not have, and never none' "$(cpus)" \
    '0-3 9/0-3 8-15/6-7'
  release $a
  is "the administrator's lists come back" "$(cpus)" '0-5 9/0-15/6-7'
  is '... and only their drop-in stays' \
    "$(cd "$dropins" && find . -type f)" ./system.slice.d/50-AllowedCPUs.conf
  # A host with an offline CPU that may come later.
  fresh
  echo 0-6 >"$host/sys/devices/system/cpu/online"
  echo 0-7 >"$host/sys/devices/system/cpu/possible"
  conf $a 'guest_cpus = 5-7'
  started $a
  is 'the host gets online CPUs only' "$(cpus)" 0-4/0-4/0-4
  release $a
  is 'but at the end every possible one' "$(cpus)" 0-7/0-7/0-7
}

test_isolate_skipped() {
  fresh
  conf $a 'guest_cpus = 0-15'
  started $a
  is 'no isolation that leaves the host no CPU' "$status/$(cpus)/$(notes)" 0////
  has '... which the log says' "$(log)" '*isolate: skipped*leave none*'
  conf $a 'guest_cpus = 0-7'
  conf $b 'guest_cpus = 8-15'
  started $a
  started $b
  is '... nor one of two guests together' "$status/$(cpus)" 0/8-15/8-15/8-15
  release $a
  release $b
  is '... and all is undone' "$(cpus)/$(notes)" 0-15/0-15/0-15/
  fresh
  rmdir "$host/run/systemd/system"
  conf $a 'guest_cpus = 4-7'
  started $a
  is 'no systemd, no isolation' "$status/$err/$(<"$host/calls")" 0//
  is '... and one line in the log' "$(log | grep -c 'systemd does not run')" 1
  release $a
  is '... and nothing to release' "$status/$(log | wc -l)" 0/1
  fresh
  echo 'cpu memory' >"$host/sys/fs/cgroup/cgroup.controllers"
  conf $a 'guest_cpus = 4-7'
  started $a
  is 'no cpuset, no isolation' "$status/$(cpus)/$(log | grep -c cpuset)" 0////1
  rm "$host/sys/fs/cgroup/cgroup.controllers"
  started $a
  is 'no cgroup v2, no isolation' "$status/$(cpus)/$(log | grep -c cpuset)" \
    0////2
  fresh
  conf $a 'guest_cpus = 4-7'
  touch "$host/broken"
  started $a
  is 'a systemctl that fails does not fail the guest' "$status/$err" 0/
  has '... and its words are in the log' "$(log)" '*Failed to connect to bus*'
  rm "$host/broken"
  release $a
  is '... and there is nothing to restore' "$status/$(cpus)" 0///
  touch "$host/term"
  started $a
  is 'a hook that is ended does not fail the guest' "$status" 0
  rm "$host/term"
  release $a
  fresh
  conf $a 'guest_cpus = 4-7'
  started $a
  touch "$host/broken"
  release $a
  rm "$host/broken"
  is 'what could not be restored' "$status/$(cpus)" \
    '0/0-3 8-15/0-3 8-15/0-3 8-15'
  started $a
  release $a
  is '... is restored with the next guest' "$(cpus)/$(notes)" 0-15/0-15/0-15/
}

test_malformed() {
  local value
  for value in '' 4-7x '4-7 # four' 7-4 4,,5  ,4 '4,' - 4- -4 4--7 0x4 4-7-9 \
    4-99999999 "\$(id)" 99999 $'4-7\r'; do
    fresh
    conf $a "guest_cpus = $value"
    started $a
    is "guest_cpus = $(printf %q "$value") is skipped" \
      "$status/$err/$(cpus)/$(notes)" '0/////'
    [[ -z $value ]] ||
      has '... with a line in the log' "$(log)" '*isolate: skipped*'
  done
  for value in 0 -1 08 1e3 '8 8' 8.5 '$((8))' 12345678901234567890 8: 'a[$(id)]'
  do
    fresh
    conf $a 'hugepages_kib = 2048' "hugepages_node_any = $value"
    prepare $a
    is "hugepages_node_any = $value is skipped" "$status/$err/$(nr)" 0//0
    conf $a "hugepages_kib = $value" 'hugepages_node_any = 8'
    prepare $a
    is "hugepages_kib = $value is skipped" "$status/$err/$(nr)" 0//0
    is '... with lines in the log' "$(log | grep -c 'hugepages: skipped')" 2
  done
  fresh
  conf $a 'hugepages_kib = 2048'
  prepare $a
  is 'a size alone is skipped' "$status/$(nr)/$(log | grep -c skipped)" 0/0/1
  fresh
  printf 'guest_cpus=4-7\nversion = 2\n' >"$host/conf/$a.conf"
  started $a
  is 'another version is skipped' "$status/$(cpus)" 0///
  has '... with a line in the log' "$(log)" '*conf: all skipped*'
  printf '%s\n' '#guest_cpus = 0-3' '' 'some words' '= 5' 'later_key = $(id)' \
    'guest_cpus =	 4-7  ' '  version=1' 'guest_cpus2 = 0' \
    'PATH = /nowhere' >"$host/conf/$a.conf"
  started $a
  is 'blanks, comments and unknown keys' "$status/$err/$(cpus)" \
    '0//0-3 8-15/0-3 8-15/0-3 8-15'
  printf 'version = 1\nguest_cpus = 5' >"$host/conf/$b.conf"
  started $b
  is 'a last line without its end' "$status/$(log | grep -c "$b.*ok")" 0/3
  fresh
  head -c 100000 /dev/urandom >"$host/conf/$a.conf"
  prepare $a
  started $a
  is 'a data file of noise' "$status/$(cpus)/$(nr)" 0////0
}

test_pages() {
  fresh
  conf $a 'hugepages_kib = 2048' 'hugepages_node_any = 32'
  prepare $a
  is 'prepare makes the pages' "$status/$err/$(nr)" 0//32
  has 'before and after are in the log' "$(log)" '*hugepages: 32 *0 -> 32*'
  started $a
  release $a
  is 'release gives them back' "$status/$(nr)/$(notes)" 0/0/
  release $a
  is 'once' "$status/$(nr)" 0/0
  set_pool 10
  prepare $a
  is 'a pool is filled up' "$status/$(nr)" 0/32
  release $a
  is '... and is as before' "$status/$(nr)" 0/10
  set_pool 40
  prepare $a
  is 'a pool that is big enough stays' "$status/$(nr)" 0/40
  use 32 && started $a && use -32 && release $a
  is '... also at the end' "$status/$(nr)" 0/40
  use 20 # somebody else, not through us
  prepare $a
  is 'pages in use are not free' "$status/$(nr)" 0/52
  release $a
  is '... and stay' "$status/$(nr)" 0/40
  echo 15 >"$pool/resv_hugepages"
  prepare $a
  is 'reserved pages are not free' "$status/$(nr)" 0/67
  release $a
  is '... and stay reserved' "$status/$(nr)" 0/40
  # An administrator makes the pool smaller, or greater, meanwhile.
  fresh
  conf $a 'hugepages_kib = 2048' 'hugepages_node_any = 32'
  set_pool 8
  prepare $a
  set_pool 50
  release $a
  is 'pages that were added meanwhile stay' "$status/$(nr)" 0/26
  prepare $a
  set_pool 3
  release $a
  is 'never less than none' "$status/$(nr)" 0/0
  # Somebody else takes what we added before we can give it back.
  prepare $a
  use 10
  release $a
  is 'pages that others hold are not taken' \
    "$status/$(nr)/$(<"$pool/surplus_hugepages")" 0/10/0
  use -10
  prepare $a
  release $a
  is '... but when they are free again' "$status/$(nr)" 0/0
  # Surplus pages of somebody else become ordinary ones when the pool grows.
  set_pool 10
  use 10
  set_pool 0
  prepare $a
  is 'a pool with surplus grows by what is missing' "$status/$(nr)" 0/42
  release $a
  is '... and gives that back' "$status/$(nr)" 0/10
  use -10
  prepare $a
  release $a
  is '... and what was surplus once it is free' "$status/$(nr)" 0/0
}

test_pages_short() {
  fresh
  conf $a 'hugepages_kib = 2048' 'hugepages_node_any = 120'
  set_pool 7
  use 2
  prepare $a
  is 'too few pages fail the start' "$status/$out/$(nr)" 1//7
  is '... with one sentence' "$err" "virt-tune: The guest needs 120 huge pages \
of 2048 KiB and only 98 could be had; free memory on the host, or reserve them \
at boot."
  has '... that is in the log too' "$(log)" '*prepare: The guest needs 120*'
  is '... after few tries' "$(($(grep -c compact "$host/calls") <= 5))" 1
  release $a
  is 'a release after that' "$status/$(nr)/$(notes)" 0/7/
  echo 30 >"$pool/scattered"
  prepare $a
  is 'compacting finds more' "$status/$err/$(nr)" 0//122
  is '... once' "$(grep -c compact "$host/calls")" 5
  release $a
  is '... and back' "$status/$(nr)" 0/7
  fresh
  conf $a 'hugepages_kib = 1048576' 'hugepages_node_any = 2'
  prepare $a
  has 'a size that the kernel has not' "$status/$err" \
    '1/virt-tune: The guest needs 2 huge pages of 1048576 KiB and only 0 *'
  fresh
  conf $a 'hugepages_kib = 2048' 'hugepages_node_any = 8'
  touch "$host/run/virt-tune"
  prepare $a
  has 'no place for notes fails the start' "$status/$err" '1/*virt-tune: *'
  started $a
  release $a
  is '... but nothing else' "$status" 0
}

# conf_nodes UUID PAGES0 PAGES1: pages on the nodes, where there are any.
conf_nodes() {
  local lines=('hugepages_kib = 2048')
  [[ $2 == 0 ]] || lines+=("hugepages_node_0 = $2")
  [[ $3 == 0 ]] || lines+=("hugepages_node_1 = $3")
  conf "$1" "${lines[@]}"
}

test_nodes() {
  fresh_nodes
  conf_nodes $a 0 32
  prepare $a
  is 'pages on one node' "$status/$err/$(nrs)" '0//0 32 32'
  has '... with its number in the log' "$(log)" '*on node 1 promised*0 -> 32*'
  use_node 1 32 && started $a && use_node 1 -32
  release $a
  is '... and back' "$status/$(nrs)/$(notes)" '0/0 0 0/'
  conf_nodes $a 10 20
  set_node 0 4
  set_node 1 40
  prepare $a
  is 'each node is filled up by itself' "$status/$(nrs)" '0/10 40 50'
  use_node 0 10 && use_node 1 20
  started $a
  is '... and has what the guest needs' "$status" 0
  use_node 0 -10 && use_node 1 -20
  release $a
  is '... and is as before' "$status/$(nrs)/$(notes)" '0/4 40 44/'
  # Pages that are free on the other node are of no use.
  conf_nodes $a 20 0
  prepare $a
  is 'the other node does not count' "$status/$(nrs)" '0/20 40 60'
  conf_nodes $b 15 0
  prepare $b
  is 'two guests on one node' "$status/$(nrs)" '0/35 40 75'
  use_node 0 35 && started $a && started $b && use_node 0 -20
  release $a
  is '... the first leaves' "$status/$(nrs)" '0/19 40 59'
  use_node 0 -15
  release $b
  is '... and the other' "$status/$(nrs)/$(notes)" '0/4 40 44/'
  # Which node reserved pages will be of nobody knows: they must be somewhere.
  echo 30 >"$pool/resv_hugepages"
  prepare $a
  is 'pages reserved elsewhere are no hindrance' "$status/$(nrs)" '0/20 40 60'
  release $a
  conf_nodes $a 4 20
  prepare $a
  is '... but all together there are enough' "$status/$(nrs)" '0/4 50 54'
  release $a
  is '... and back' "$status/$(nrs)/$(notes)" '0/4 40 44/'
}

test_nodes_short() {
  fresh_nodes
  set_node 0 7
  set_node 1 5
  conf_nodes $a 30 90
  prepare $a
  is 'too little on one node takes nothing' "$status/$out/$(nrs)" '1//7 5 12'
  is '... with a sentence' "$err" "virt-tune: The guest needs 90 huge pages of \
2048 KiB on node 1 and only 60 could be had; free memory on the host, or \
reserve them at boot."
  is '... and no notes' "$(notes)" ''
  release $a
  is '... and a release after that does nothing' "$status/$(nrs)" '0/7 5 12'
  conf $a 'hugepages_kib = 2048' 'hugepages_node_0 = 9' 'hugepages_node_7 = 9'
  prepare $a
  is 'a node that is not there' "$status/$err/$(nrs)" "1/virt-tune: The guest \
needs memory on node 7, which this host has not; plan it anew./7 5 12"
  release $a
  is '... leaves nothing' "$(nrs)/$(notes)" '7 5 12/'
  echo 40 >"$(node 1)/scattered"
  conf_nodes $a 30 90
  prepare $a
  is 'compacting helps a node too' "$status/$err/$(nrs)" '0//30 90 120'
  release $a
  is '... and back' "$(nrs)/$(notes)" '7 5 12/'
  # Somebody takes what this guest added before it can be given back.
  conf_nodes $a 20 20
  prepare $a
  use_node 1 20
  release $a
  is 'pages that others hold stay' "$status/$(nrs)" '0/7 20 27'
  use_node 1 -20
  conf_nodes $b 9 0
  prepare $b
  release $b
  is '... until any guest leaves after' "$status/$(nrs)/$(notes)" '0/7 5 12/'
  local line
  for line in 'hugepages_node_0 = 8x' 'hugepages_node_x = 8' \
    'hugepages_node_00 = 8' 'hugepages_node_ = 8' 'hugepages_node_-1 = 8' \
    'hugepages_node_any0 = 8' 'hugepages_node_1 = 9' 'hugepages_node_* = 8' \
    'hugepages_node_../0 = 8' 'hugepages_node_1:1 = 8'; do
    fresh_nodes
    conf $a 'hugepages_kib = 2048' 'hugepages_node_1 = 8' "$line"
    prepare $a
    is "$line is skipped, and all of it" \
      "$status/$err/$(nrs)/$(log | grep -c skipped)" '0//0 0 0/1'
  done
}

# A guest anywhere and one on a node: neither loses what it was promised.
test_nodes_mixed() {
  local order g uuid want bad='' i
  fresh_nodes
  conf $a 'hugepages_kib = 2048' 'hugepages_node_any = 40'
  prepare $a
  is 'pages anywhere are of both nodes' "$status/$(nrs)" '0/20 20 40'
  conf_nodes $b 0 20
  prepare $b
  is 'what is promised anywhere is not promised twice' "$status/$(nrs)" \
    '0/20 40 60'
  release $a
  is 'nothing is taken from a node that has promised pages' "$status/$(nrs)" \
    '0/20 40 60'
  use_node 1 20 && started $b && use_node 1 -20
  release $b
  is '... until they are used and back' "$status/$(nrs)/$(notes)" '0/0 0 0/'
  [[ $shell == dash ]] || return # once is enough
  for order in $(orders 4); do
    fresh_nodes
    set_node 0 3
    set_node 1 3
    conf_nodes $a 5 9
    conf_nodes $b 8 2
    local -A step=([a]=0 [b]=0)
    for ((i = 0; i < ${#order}; i++)); do
      g=${order:i:1}
      if [[ $g == a ]]; then uuid=$a want='5 9'; else uuid=$b want='8 2'; fi
      case $((++step[$g])) in
        1) prepare $uuid ;;
        2)
          { use_node 0 "${want% *}" && use_node 1 "${want#* }"; } ||
            bad+=" $order:$i:no-pages"
          started $uuid
          ;;
        3) use_node 0 "-${want% *}" && use_node 1 "-${want#* }" ;;
        4) release $uuid ;;
      esac
      [[ $status == 0 ]] || bad+=" $order:$i:status=$status"
    done
    [[ $(nrs) == '3 3 6' && -z $(notes) ]] || bad+=" $order:$(nrs)"
  done
  is 'all orders of two guests on two nodes end as they began' "$bad" ''
}

test_removed() {
  fresh
  conf $a 'guest_cpus = 4-7' 'hugepages_kib = 2048' 'hugepages_node_any = 32'
  prepare $a
  started $a
  rm "$host/conf/$a.conf"
  release $a
  is 'release without the data file' "$status/$(cpus)/$(nr)/$(notes)" \
    0/0-15/0-15/0-15/0/
  conf $a 'guest_cpus = 4-7' 'hugepages_kib = 2048' 'hugepages_node_any = 32'
  prepare $a
  started $a
  conf $a 'guest_cpus = 9' 'hugepages_kib = 2048' 'hugepages_node_any = 3'
  release $a
  is 'release after the data file changed' "$status/$(cpus)/$(nr)/$(notes)" \
    0/0-15/0-15/0-15/0/
  # The host's libvirt died, and with it the release of the guest before.
  prepare $a
  started $a
  prepare $a
  is 'a new start clears the remains of an old one' "$(cpus)/$(nr)" \
    0-15/0-15/0-15/3
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

# The steps of a guest: prepare, pages mapped and started, exit, release.
test_orders() {
  local order all steps want bad='' i g uuid
  # The long list once is enough: exit and release are one step elsewhere.
  [[ $shell == dash ]] && steps=4 || steps=3
  all=$(orders $steps)
  for order in $all; do
    fresh
    set_pool 6
    echo 0-13 >"$host/units/user.slice"
    conf $a 'guest_cpus = 4-7' 'hugepages_kib = 2048' 'hugepages_node_any = 10'
    conf $b 'guest_cpus = 6-9' 'hugepages_kib = 2048' 'hugepages_node_any = 8'
    local -A step=([a]=0 [b]=0) runs=([a]='' [b]='')
    for ((i = 0; i < ${#order}; i++)); do
      g=${order:i:1}
      if [[ $g == a ]]; then uuid=$a want=10; else uuid=$b want=8; fi
      case $((++step[$g])) in
        1) prepare $uuid ;;
        2)
          use $want || bad+=" $order:$i:no-pages"
          started $uuid
          runs[$g]=$g
          ;;
        3) use -$want ;;
      esac
      if [[ ${step[$g]} == "$steps" ]]; then
        release $uuid
        runs[$g]=
      fi
      [[ $status == 0 ]] || bad+=" $order:$i:status=$status"
      case ${runs[a]}${runs[b]} in
        a) want='0-3 8-15/0-3 8-13' ;;
        b) want='0-5 10-15/0-5 10-13' ;;
        ab) want='0-3 10-15/0-3 10-13' ;;
        *) want=0-15/0-13 ;;
      esac
      [[ $(cpus) == "$want/${want%/*}" || $(cpus) == /0-13/ ]] ||
        bad+=" $order:$i:$(cpus)"
    done
    [[ $(nr) == 6 && -z $(notes) ]] || bad+=" $order:pages=$(nr)"
  done
  is "all $(wc -w <<<"$all") orders of two guests end as they began" "$bad" ''
}

# Killed at every single step, then released as libvirt does: all is as before.
test_killed() {
  local op at n=0 bad='' kind
  for kind in any nodes; do
    for op in prepare started release; do
      for ((at = 0; ; at++)); do
        if [[ $kind == any ]]; then
          fresh
          set_pool 6
          conf $a 'guest_cpus = 4-7' 'hugepages_kib = 2048' \
            'hugepages_node_any = 10'
        else
          fresh_nodes
          set_node 0 2
          set_node 1 4
          conf $a 'guest_cpus = 4-7' 'hugepages_kib = 2048' \
            'hugepages_node_0 = 5' 'hugepages_node_1 = 6'
        fi
        echo 0-13 >"$host/units/user.slice"
        [[ $op == prepare ]] || prepare $a
        [[ $op != release ]] || started $a
        make_copy "$bin/kill:$bin"
        echo 0 >"$dir/step"
        echo "$at" >"$dir/kill_at"
        { $op $a; } 2>/dev/null
        # A child that outlives the hook has the lock until it ends.
        flock "$host/run/virt-tune/lock" true
        [[ $(<"$dir/step") -gt $at ]] || break
        ((++n))
        make_copy "$bin"
        release $a
        [[ $status == 0 && $(nr) == 6 && -z $(notes) ]] ||
          bad+=" $kind:$op:$at:$(nr):$(notes)"
        [[ $kind == any || $(nrs) == '2 4 6' ]] ||
          bad+=" $op:$at:$(nrs)"
        [[ $(cpus) =~ ^(0-15)?/0-13/(0-15)?$ ]] || bad+=" $op:$at:$(cpus)"
      done
    done
  done
  is "killed at $n steps" "$bad" ''
  is '... which were many' "$((n > 90))" 1
}

test_lock() {
  fresh
  conf $a 'guest_cpus = 4-7' 'hugepages_kib = 2048' 'hugepages_node_any = 8'
  prepare $a && release $a
  (
    flock -x 9
    touch "$dir/held"
    exec sleep 60
  ) 9>>"$host/run/virt-tune/lock" &
  until [[ -e $dir/held ]]; do sleep 0.1; done
  rm "$dir/held"
  prepare $a
  is 'a lock that is held for long fails the start' "$status/$(nr)" 1/0
  has '... with a sentence' "$err" 'virt-tune: *locked in 1 seconds; try again.'
  started $a
  is '... but nothing that runs' "$status/$err/$(cpus)" 0////
  kill -KILL $!
  wait $! 2>/dev/null
  # Eight starts at once.
  conf $a 'guest_cpus = 4-7' 'hugepages_kib = 2048' 'hugepages_node_any = 8'
  local n pids=()
  make_copy "$bin"
  sed -i 's/^lock_seconds=1$/lock_seconds=30/' "$copy"
  for n in 1 2 3 4 5 6 7 8; do
    conf "${a%?}$n" 'guest_cpus = 4-7' 'hugepages_kib = 2048' \
      'hugepages_node_any = 8'
    (prepare "${a%?}$n" && exit "$status") &
    pids+=($!)
  done
  wait "${pids[@]}"
  is 'eight starts at once get pages for eight' "$(nr)" 64
  for n in 1 2 3 4 5 6 7 8; do release "${a%?}$n"; done
  is '... and give them all back' "$(nr)/$(notes)" 0/
}

test_log() {
  fresh
  conf $a 'guest_cpus = 4-7'
  rmdir "$host/log"
  started $a
  is 'the other log' "$status/$err/$(grep -c isolate "$host/log_else")" 0//3
  release $a
  rm "$host/log_else"
  mkdir "$host/log_else"
  started $a
  is 'a log that cannot be written fails nothing' "$status/$err" 0/
}

if [[ $# -lt 2 ]]; then
  n=0 pids=()
  for shell in dash bash 'busybox sh'; do
    command -v "${shell%% *}" >/dev/null || continue
    "$0" "$script" "$shell" >"$dir/$n" &
    pids+=($!)
    ((++n))
  done
  for pid in "${pids[@]}"; do wait "$pid" || failed=1; done
  cat "$dir"/[0-9] | awk '/^1\.\./ { next }
    /^(not )?ok / { sub(/ok [0-9]+/, "ok " ++n) }
    { print }
    END { print "1.." n }'
  exit "$failed"
fi

shell=$2
read -ra run <<<"$shell"
make_tools
is 'the script is executable' "$(stat -c %A "$script" | cut -c 4)" x
is 'its first line' "$(head -n 1 "$script")" '#!/bin/sh'
for t in quiet stdin names isolate isolate_own isolate_skipped malformed \
  pages pages_short nodes nodes_short nodes_mixed removed orders lock log; do
  "test_$t"
done
[[ $shell != dash ]] || test_killed
echo "1..$tests"
[[ $failed == 0 ]]
