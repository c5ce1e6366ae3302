# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2012,SC2016,SC2034,SC2086,SC2154
# Huge pages on nodes.

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
  has '... with its number in the log' "$(log)" '*32 pages of 2048 KiB on node 1 set aside*0 -> 32*'
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

test_nodes_edited() {
  fresh_nodes
  conf_nodes $a 10 20
  printf '%s\n' "<memory unit='KiB'>81920</memory>" '<hugepages>' \
    "<page size='2048' unit='KiB'/>" >"$host/memory"
  prepare $a
  is 'memory that was edited since stops the start' "$status/$err/$(nrs)" \
    "1/virt-tune: The domain was changed since it was planned: it needs 40 huge \
pages of 2048 KiB, not 30 of 2048; apply the plan again./0 0 0"
  release $a
  is '... and nothing stays' "$(nrs)/$(notes)" '0 0 0/'
  rm "$host/memory"
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
