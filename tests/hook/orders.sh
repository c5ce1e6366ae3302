# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2012,SC2016,SC2034,SC2086,SC2154
# Two guests in every order.

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
        *) want=/0-13 ;;
      esac
      [[ $(cpus) == "$want/${want%/*}" ]] ||
        bad+=" $order:$i:$(cpus)"
    done
    [[ $(nr) == 6 && -z $(notes) ]] || bad+=" $order:pages=$(nr)"
  done
  is "all $(wc -w <<<"$all") orders of two guests end as they began" "$bad" ''
}
