# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2012,SC2016,SC2034,SC2086,SC2154
# All services at once, of two guests in every order.

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
