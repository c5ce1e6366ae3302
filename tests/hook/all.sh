# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2012,SC2016,SC2034,SC2086,SC2154
# All services at once: guests in every order, the hook killed at every step,
# and every write that fails.

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
  ln -sfn ../.. \
    "$host/sys/bus/platform/drivers/efi-framebuffer/efi-framebuffer.0"
  mkdir -p "$host/proc/100"
  diff <(echo "$before") <(snapshot) | paste -sd' '
  [[ $(nr) == 3 ]] || echo "pages: $(nr)"
  notes
}

# As libvirt does it: the card away, and back.
takes() { ln -sfn ../../drivers/vfio-pci "$host/$card/driver"; }
returns() {
  if [[ -d $host/sys/module/nvidia ]]; then
    ln -sfn ../../drivers/nvidia "$host/$card/driver"
  else
    rm -f "$host/$card/driver"
  fi
}

test_all_orders() {
  local order i g uuid bad=''
  for order in $(orders 3); do
    fresh_all
    before=$(snapshot)
    local -A step=([a]=0 [b]=0)
    for ((i = 0; i < ${#order}; i++)); do
      g=${order:i:1}
      if [[ $g == a ]]; then uuid=$a; else uuid=$b; fi
      case $((++step[$g])) in
        1)
          prepare $uuid
          [[ $g == b ]] || takes
          ;;
        2) started $uuid ;;
        3)
          [[ $g == b ]] || returns
          release $uuid
          ;;
      esac
      [[ $status == 0 ]] || bad+=" $order:$i:status=$status:$err"
    done
    [[ -z $(changed) ]] || bad+=" $order:$(changed)"
    [[ $shell == dash || -n $bad ]] || break # once is enough
  done
  is 'two guests with all services, in every order, end as they began' "$bad" ''
}

test_all_killed() {
  local op at n=0 bad=''
  [[ $shell == dash ]] || return 0 # once is enough
  for op in prepare started release; do
    for ((at = 0; ; at++)); do
      fresh_all
      before=$(snapshot)
      [[ $op == prepare ]] || prepare $a
      [[ $op != release ]] || { takes; started $a; returns; }
      make_copy "$bin/kill:$bin"
      echo 0 >"$dir/step"
      echo "$at" >"$dir/kill_at"
      { $op $a; } 2>/dev/null
      gone
      [[ $(<"$dir/step") -gt $at ]] || break
      ((++n))
      make_copy "$bin"
      returns
      release $a
      [[ $status == 0 && -z $(changed) ]] || bad+=" $op:$at:$status:$(changed)"
    done
  done
  is "killed at $n steps with all services" "$bad" ''
  is '... which were many' "$((n > 150))" 1
}

# The Nth write to a file of the kernel fails, and what follows is as if it was
# meant so: what can be undone is.
test_all_faults() {
  local op at n=0 bad='' call
  [[ $shell == dash ]] || return 0
  for call in write put; do
    for op in prepare started release; do
      for ((at = 1; ; at++)); do
        fresh_all
        before=$(snapshot)
        [[ $op == prepare ]] || prepare $a
        [[ $op != release ]] || { takes; started $a; returns; }
        sed -i "s#^$call() {#& read -r n <$dir/n; echo \$((n + 1)) >$dir/n; \
[ \$n != $at ] || return 1;#" "$copy"
        echo 1 >"$dir/n"
        $op $a
        [[ $(<"$dir/n") -gt $at ]] || break
        ((++n))
        [[ $op != started || $status == 0 ]] || bad+=" $call:$op:$at:$status"
        make_copy "$bin"
        returns
        release $a
        [[ $op != release || -z $(changed) ]] || {
          # What could not be restored is with the next guest.
          prepare $a
          started $a
          release $a
        }
        [[ $status == 0 && -z $(changed) ]] ||
          bad+=" $call:$op:$at:$status:$(changed)"
      done
    done
  done
  is "$n writes that fail, one at a time" "$bad" ''
  is '... which were many' "$((n > 60))" 1
}
