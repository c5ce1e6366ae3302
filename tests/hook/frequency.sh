# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2012,SC2016,SC2034,SC2086,SC2154
# The guest's CPUs run at full speed.

full=performance+performance slow=powersave+balance_performance

test_frequency() {
  fresh
  add_policies
  conf $a 'frequency_cpus = 4-6'
  started $a
  is 'the policies of the guest run at full speed' "$status/$err/$(policies)" \
    "0//$slow $full $slow powersave"
  has 'before and after are in the log' "$(log)" \
    '*frequency: */policy4/scaling_governor powersave -> performance*'
  conf $b 'frequency_cpus = 7,12-15'
  started $b
  is 'a second guest shares one' "$status/$(policies)" \
    "0/$slow $full $slow performance"
  release $a
  is '... which stays with the first one gone' "$status/$(policies)" \
    "0/$slow $full $slow performance"
  release $b
  is '... and all is as before, the preference after the governor' \
    "$status/$(policies)/$(notes)" "0/$slow $slow $slow powersave/"
  hook $a reconnect begin
  is 'reconnect without notes does what was left' "$(policies)" \
    "$slow $full $slow powersave"
  : >"$host/log/virt-tune.log"
  hook $a reconnect begin
  is '... and once' "$(log)" ''
  rm "$host/conf/$a.conf"
  release $a
  is 'release without the data file' "$(policies)/$(notes)" \
    "$slow $slow $slow powersave/"
}

test_frequency_theirs() {
  fresh
  add_policies
  conf $a 'frequency_cpus = 4-7'
  started $a
  set_file sys/devices/system/cpu/cpufreq/policy4/scaling_governor powersave
  set_file sys/devices/system/cpu/cpufreq/policy4/energy_performance_preference \
    power
  release $a
  is 'what somebody chose meanwhile stays' "$(policies)/$(notes)" \
    "$slow powersave+power $slow powersave/"
  has '... which the log says' "$(log)" '*preference left at power, which*'
  fresh
  add_policies
  set_file sys/devices/system/cpu/cpufreq/policy4/energy_performance_preference \
    64
  conf $a 'frequency_cpus = 4-7'
  conf $b 'frequency_cpus = 0-3'
  started $a
  started $b
  release $a
  is 'a preference that is a number is no mask of CPUs' "$(policies)" \
    "$full powersave+64 $slow powersave"
  release $b
  fresh
  add_policies
  rm -r "$host"/sys/devices/system/cpu/cpufreq/policy{0,8,12}
  conf $a 'frequency_cpus = 4-7'
  started $a
  rm -r "$host/sys/devices/system/cpu/cpufreq/policy4"
  release $a
  is 'a policy that vanished is no hindrance' "$status/$(notes)" 0/
}

# The guest that stays has lost its policies with its CPUs.
test_frequency_stays() {
  fresh
  add_policies
  conf $a 'frequency_cpus = 4-7'
  conf $b 'frequency_cpus = 8-11'
  started $a
  started $b
  rm -r "$host/sys/devices/system/cpu/cpufreq/policy8"
  release $a
  is 'a release while another guest has no policy' "$status/$(policies)" \
    "0/$slow $slow  powersave"
  release $b
  is '... and that one gone' "$status/$(notes)" 0/
}

test_frequency_others() {
  fresh
  add_policies
  conf $a 'frequency_cpus = 4-7'
  touch "$host/active/tuned.service"
  started $a
  is 'tuned is left alone' "$status/$(policies)/$(notes)" \
    "0/$slow $slow $slow powersave/"
  has '... with a line in the log' "$(log)" '*frequency: skipped: tuned*'
  conf $a 'frequency_cpus = 4-7' 'required = frequency'
  started $a
  is '... and stops a start that requires it' "$status/$err" \
    '1/virt-tune: tuned sets it; choose one of its profiles'
  hook $a reconnect begin
  is '... but never a guest that runs' "$status/$err" 0/
  rm "$host/active/tuned.service"
  touch "$host/active/power-profiles-daemon.service"
  started $a
  is 'power-profiles-daemon is asked' "$status/$err/$(policies)/$(ls \
    "$host/active" | paste -sd' ')" "0//$slow $slow $slow powersave/power-\
profiles-daemon.service virt-tune-profile-$a.service"
  has '... in its own words' "$(<"$host/calls")" \
    '*powerprofilesctl launch -p performance sleep infinity*'
  release $a
  is '... and no longer' "$(ls "$host/active")/$(notes)" \
    power-profiles-daemon.service/
  fresh
  conf $a 'frequency_cpus = 4-7' 'required = sleep frequency'
  started $a
  is 'no frequencies to choose, but required' "$status/$err/$(notes)" \
    '1/virt-tune: the kernel does not let it be chosen/'
  fresh
  add_policies
  rm "$host"/sys/devices/system/cpu/cpufreq/policy*/energy_*
  set_file sys/devices/system/cpu/cpufreq/policy4/scaling_governor performance
  conf $a 'frequency_cpus = 4-6' 'required = frequency'
  started $a
  is 'what runs at full speed already is no failure' "$status/$err" 0/
  release $a
  is '... and stays' "$(policies)/$(notes)" \
    'powersave performance powersave powersave/'
  fresh
  add_policies
  set_file sys/devices/system/cpu/cpufreq/policy4/scaling_available_governors \
    'userspace powersave'
  conf $a 'frequency_cpus = 4-7'
  started $a
  has 'the kernel refuses' "$status/$err/$(log)" '0//*the kernel refused*'
  release $a
  is '... and nothing changed' "$(policies)/$(notes)" \
    "$slow $slow $slow powersave/"
}

# One write is refused, and the governor's changes the same thing after it.
test_frequency_refused() {
  fresh
  add_policies
  conf $a 'frequency_cpus = 4-7'
  make_copy "$bin"
  sed -i 's#^write() {#& case $1:$2 in */energy*:performance) return 1 ;; esac;#' \
    "$copy"
  started $a
  is 'a preference that is refused comes with its governor' \
    "$status/$(policies)" "0/$slow $full $slow powersave"
  make_copy "$bin"
  release $a
  is '... and goes with it' "$status/$(policies)/$(notes)" \
    "0/$slow $slow $slow powersave/"
}
