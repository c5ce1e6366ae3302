# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2012,SC2016,SC2034,SC2086,SC2154
# Interrupts and the kernel's own work leave the guest's CPUs.

test_interrupts() {
  fresh
  add_interrupts
  conf $a 'interrupt_cpus = 4-7'
  started $a
  is 'movable interrupts leave, the others stay' "$status/$err/$(irqs)" \
    '0//0-3,8-15 2 0-3,8-15 6 0-3 0-15'
  has 'before and after are in the log' "$(log)" \
    '*interrupts: */irq/9/smp_affinity_list 2,5 -> 2*'
  has '... and what the kernel refused' "$(log)" '*irq/30/*6 -> 6, the kernel*'
  is 'irqbalance rests' "$(ls "$host/active")" ''
  conf $b 'interrupt_cpus = 0-2'
  started $b
  is 'a second guest' "$status/$(irqs)" '0/3,8-15 3,8-15 3,8-15 6 3 0-15'
  : >"$host/log/virt-tune.log"
  hook $a reconnect begin
  is '... and what is refused again is not told again' "$status/$(log)" 0/
  release $a
  is '... nor then' "$(log | grep -c irq/30/)" 0
  is '... and the first one gone' "$status/$(irqs)" \
    '0/3-15 5 5-6 6 3 0-15'
  is '... irqbalance still rests' "$(ls "$host/active")" ''
  release $b
  is 'all is as before' "$(irqs)/$(ls "$host/active")/$(notes)" \
    '0-15 2,5 5-6 6 0-3 0-15/irqbalance.service/'
  rm "$host/active/irqbalance.service"
  started $a
  release $a
  is 'an irqbalance that did not run does not start' "$(ls "$host/active")" ''
  started $a
  rm -r "$host/proc/irq/9"
  set_file proc/irq/1/smp_affinity_list 0-1
  release $a
  is 'one that vanished, one that somebody moved' \
    "$(cat "$host"/proc/irq/{1,24}/smp_affinity_list | paste -sd' ')/$(notes)" \
    '0-1 5-6/'
}

test_kernel_work() {
  fresh
  add_interrupts
  conf $a 'guest_cpus = 4-7'
  started $a
  is 'isolation moves work of the kernel, too' "$status/$(masks)" \
    '0/ff0f ff0f ff0f'
  release $a
  is '... and back' "$(masks)/$(notes)" 'ffff 00f0 ffff/'
  # More than 32 CPUs, of which the administrator left some out.
  fresh
  add_interrupts
  echo 0-71 | tee "$host"/sys/devices/system/cpu/{online,possible} >/dev/null
  set_file proc/irq/default_smp_affinity ff,ffffffff,ffffffff
  set_file sys/devices/virtual/workqueue/cpumask 0f,00000000,0000ffff
  conf $a 'guest_cpus = 8-11,64-67'
  started $a
  is 'masks of many CPUs' "$status/$(masks)" \
    '0/00,00000000,0000f0ff 00f0 f0,ffffffff,fffff0ff'
  release $a
  is '... and back' "$(masks)/$(notes)" \
    '0f,00000000,0000ffff 00f0 ff,ffffffff,ffffffff/'
}

test_vfio() {
  local n
  fresh
  add_interrupts
  conf $a 'vfio_on_vcpus = 4-5' 'devices = 0000:02:00.0 0000:01:00.0'
  started $a
  is 'something looks after the guest'"'"'s interrupts' \
    "$status/$err/$(ls "$host/active" | paste -sd' ')" \
    "0//irqbalance.service virt-tune-watch-$a.service"
  has '... which is this script' "$(<"$host/calls")" \
    "* $copy $a virt-tune-watch begin -*"
  # As systemd runs it.
  env -i "${vars[@]}" "${run[@]}" "$copy" $a virt-tune-watch begin - &
  for ((n = 0; n < 50; n++)); do
    [[ $(irqs) != *' 4-5' ]] || break
    sleep 0.1
  done
  kill $!
  wait $! 2>/dev/null
  is '... and moves just them' "$(irqs)" '0-15 2,5 5-6 6 0-3 4-5'
  has '... with a line in the log' "$(log)" '*interrupts: 40 of the guest 0-15*'
  # The kernel spells it otherwise.
  conf $a 'vfio_on_vcpus = 5,4' 'devices = 0000:02:00.0 0000:01:00.0'
  sed -i 's/sleep 5/sleep 0.1/' "$copy"
  env -i "${vars[@]}" "${run[@]}" "$copy" $a virt-tune-watch begin - &
  sleep 1
  kill $!
  wait $! 2>/dev/null
  is '... once' "$(irqs)/$(log | grep -c 'of the guest')" '0-15 2,5 5-6 6 0-3 4-5/1'
  make_copy "$bin"
  release $a
  is '... until the guest ends' "$status/$(ls "$host/active")" \
    0/irqbalance.service
  is '... with no notes' "$(notes)" ''
  for n in 'x' "../$a" '' "$a.conf"; do
    env -i "${vars[@]}" "${run[@]}" "$copy" "$n" virt-tune-watch begin - </dev/null
    is "virt-tune-watch of '$n' does nothing" $? 0
  done
}
