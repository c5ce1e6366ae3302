# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2012,SC2016,SC2034,SC2086,SC2154
# The hook killed at every step, and every write that fails, one at a time; then
# released, as libvirt does.  All is as before.

# The hosts: pages anywhere, pages on nodes, and all services.
fresh_any() {
  fresh
  set_pool 3
  echo 0-13 >"$host/units/user.slice"
  conf $a 'guest_cpus = 4-7' 'hugepages_kib = 2048' 'hugepages_node_any = 10'
}
fresh_pair() {
  fresh_nodes
  set_node 0 2
  set_node 1 1
  conf $a 'hugepages_kib = 2048' 'hugepages_node_0 = 5' 'hugepages_node_1 = 6'
}

# base KIND: the host before each operation, to be copied from.
base() {
  local op
  fresh_$1
  before=$(snapshot)
  [[ $1 != pair ]] || nodes_before=$(nrs)
  for op in prepare started release; do
    rm -rf "$dir/base.$op"
    cp -a "$host" "$dir/base.$op"
    case $op in
      prepare) prepare $a && takes ;;
      started) started $a && returns ;;
    esac
  done
}

# back_to OP
back_to() {
  rm -rf "$host"
  cp -a "$dir/base.$1" "$host"
}

# released TEXT: after the release all must be as before.
released() {
  returns
  release $a
  wrong=$(changed)
  [[ $kind != pair || $(nrs) == "$nodes_before" ]] || wrong+=" $(nrs)"
  [[ $status == 0 && -z $wrong ]] || bad+=" $1:$status:$wrong"
}

# Each shell that is here takes its part of the steps; without VIRT_TUNE_LONG
# each takes every third of them only.
shells=0 turn=0
for each in dash bash 'busybox sh'; do
  ! command -v "${each%% *}" >/dev/null || ((++shells))
  [[ $each != "$shell" ]] || turn=$((shells - 1))
done
[[ -n ${VIRT_TUNE_LONG-} ]] && stride=$shells || stride=$((shells * 3))

test_killed() {
  local kind op at n=0 bad=''
  for kind in any pair all; do
    base $kind
    for op in prepare started release; do
      for ((at = turn; ; at += stride)); do
        back_to $op
        make_copy "$bin/kill:$bin"
        echo 0 >"$dir/step"
        echo "$at" >"$dir/kill_at"
        { $op $a; } 2>/dev/null
        gone
        [[ $(<"$dir/step") -gt $at ]] || break
        ((++n))
        make_copy "$bin"
        released "$kind:$op:$at"
      done
    done
  done
  is "killed at $n steps" "$bad" ''
  is '... which were many' "$((n > 400 / stride))" 1
}

# Nobody calls the release again: whoever is called next ends what it began.
test_killed_release() {
  local at n=0 bad='' wrong
  fresh_all
  before=$(snapshot)
  prepare $b
  started $b
  prepare $a
  takes
  started $a
  returns
  conf ${b%?}5 'inhibit_sleep = no'
  rm -rf "$dir/base.release"
  cp -a "$host" "$dir/base.release"
  # Its first step is the note that it began.
  for ((at = 1 + turn; ; at += stride)); do
    back_to release
    make_copy "$bin/kill:$bin"
    echo 0 >"$dir/step"
    echo "$at" >"$dir/kill_at"
    { release $a; } 2>/dev/null
    gone
    [[ $(<"$dir/step") -gt $at ]] || break
    ((++n))
    make_copy "$bin"
    case $((n % 3)) in
      0) hook $b reconnect begin ;;
      1) prepare ${b%?}5 ;; # a guest that needs nothing
    esac
    [[ $((n % 3)) == 2 || $(notes) != *$a* ]] || bad+=" $at:$(notes)"
    release $b
    wrong=$(changed)
    [[ $status == 0 && -z $wrong ]] || bad+=" $at:$status:$wrong"
  done
  is "a release killed at $n steps while another guest runs" "$bad" ''
  is '... which were many' "$((n > 60 / stride))" 1
  has '... each ended by its name' "$(log)" "*$a \"win10\" *"
}

test_faults() {
  local kind=all op at n=0 bad='' call
  base all
  for call in write put mark; do
    for op in prepare started release; do
      for ((at = 1 + turn; ; at += stride)); do
        back_to $op
        make_copy "$bin"
        sed -i "s#^$call() {#& read -r n <$dir/n; echo \$((n + 1)) >$dir/n; \
[ \$n != $at ] || return 1;#" "$copy"
        echo 1 >"$dir/n"
        $op $a
        [[ $(<"$dir/n") -gt $at ]] || break
        ((++n))
        [[ $op != started || $status == 0 ]] || bad+=" $call:$op:$at:$status"
        make_copy "$bin"
        if [[ $op == release ]]; then
          # What could not be restored is with the next guest.
          release $a
          prepare $a
          started $a
        fi
        released "$call:$op:$at"
      done
    done
  done
  is "$n writes that fail, one at a time" "$bad" ''
  is '... which were many' "$((n > 90 / stride - 3))" 1
}
