# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2012,SC2016,SC2034,SC2086,SC2154
# Huge pages.

test_pages() {
  fresh
  conf $a 'hugepages_kib = 2048' 'hugepages_node_any = 32'
  prepare $a
  is 'prepare makes the pages' "$status/$err/$(nr)" 0//32
  has 'before and after are in the log' "$(log)" '*hugepages: 32 *0 -> 32*'
  started $a
  release $a
  is 'release gives them back' "$status/$(nr)/$(notes)" 0/0/
  has '... which the log tells' "$(log)" \
    '*32 pages of 2048 KiB given back, pool 32 -> 0*'
  is '... and then nothing is owed' "$(ls "$host/run/virt-tune/owed")" ''
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
  is '... and one line tells how many and why' \
    "$(log | grep -o '[0-9]* pages of .* KiB are still.*')" "10 pages of\
 2048 KiB are still to be given back: something has them in use; tried again\
 when a guest with huge pages ends"
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

# memory KIB PAGE [LINE...]: what the domain has by now.
memory() {
  echo "  <memory dumpCore='on' unit='KiB'>$1</memory>"
  echo "  <currentMemory unit='KiB'>1</currentMemory>"
  [[ -z $2 ]] || printf '%s\n' '<memoryBacking>' '<hugepages>' \
    "<page size='$2' unit='KiB'/>" '</hugepages>' '</memoryBacking>'
  printf '%s\n' "${@:3}"
}

# The domain was edited since it was planned.
test_pages_edited() {
  fresh
  conf $a 'hugepages_kib = 2048' 'hugepages_node_any = 10'
  memory 40961 2048 >"$host/memory"
  prepare $a
  is "the domain's own memory counts, rounded up" "$status/$err/$(nr)" 0//21
  has '... as the log tells' "$(log)" '*21 huge pages of 2048 KiB, not 10 of 2048*'
  release $a
  memory 6144 2048 '<cpu>' '<numa>' \
    "<cell id='0' cpus='0' memory='2047' unit='KiB' memAccess='shared'/>" \
    "<cell id='1' cpus='1' memory='4097' unit='KiB'/>" '</numa>' >"$host/memory"
  prepare $a
  is '... each cell of it' "$status/$err/$(nr)" 0//4
  release $a
  memory 20480 '' >"$host/memory"
  prepare $a
  is 'without huge pages it needs none' "$status/$err/$(nr)" 0//0
  has '... as the log tells' "$(log)" '*hugepages: skipped: the domain has*'
  release $a
  for n in "<memory model='dimm'>" "<page size='1048576' unit='KiB' nodeset='1'/>" \
    "<page size='1048576' unit='KiB'/>" "<cell id='0' memory='0' unit='KiB'/>"; do
    memory 40961 2048 "$n" >"$host/memory"
    prepare $a
    is "what is not counted here is as it was planned: $n" "$status/$(nr)" 0/10
    release $a
  done
  printf '<memory>%s</memory>\n<hugepages>' '$(id)' 1e9 -1 >"$host/memory"
  prepare $a
  is '... nor what is no number' "$status/$(nr)" 0/10
  release $a
  memory 20480 1048576 >"$host/memory"
  prepare $a
  has 'pages of another size' "$status/$err" "1/virt-tune: The guest needs 1 \
huge pages of 1048576 KiB and only 0 could be had; *"
  printf "<memory unit='KiB'>20480</memory>\n<hugepages/>\n" >"$host/memory"
  prepare $a
  is 'pages of the size that is usual' "$status/$(nr)" 0/10
  release $a
  is '... and back' "$status/$(nr)/$(notes)" 0/0/
}

# What other programs store with a domain, comments too, is not the domain.
test_pages_metadata() {
  fresh
  conf $a 'hugepages_kib = 2048' 'hugepages_node_any = 8'
  printf '%s\n' '  <metadata>' "    <app xmlns='urn:app'>" \
    "      <!-- <memory unit='KiB'>2048</memory> -->" '    </app>' '  </metadata>' \
    "  <memory unit='KiB'>16384</memory>" '  <memoryBacking>' \
    '    <hugepages>' "      <page size='2048' unit='KiB'/>" >"$host/memory"
  prepare $a
  is 'metadata says nothing of the memory' "$status/$(nr)" 0/8
  rm "$host/memory"
}
