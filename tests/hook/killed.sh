# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2012,SC2016,SC2034,SC2086,SC2154
# The hook killed at every step.

# Killed at every single step, then released as libvirt does: all is as before.
test_killed() {
  [[ $shell == dash ]] || return 0 # once is enough
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
        gone
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
