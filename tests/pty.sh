#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# pty.sh PROGRAM HOSTS PTY - what goes over the wire, and what happens when it
# is cut: budgets of bytes, signals and hang-ups at every screen, drafts.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
program=$(realpath "$1") hosts=$(realpath "$2") pty=$(realpath "$3")
demo=$(cd "$(dirname "$0")/../data/demo" && pwd)
export TMPDIR=$scratch

play() { # SCRIPT ARGUMENT...: its output is $out
  local script=$1
  shift
  run "$pty" "$script" "$program" "$@"
}
value() { sed -n "s/^$1 //p" <<<"$out" | sort -n | tail -1; } # the largest
at_most() { # NAME LIMIT: a number is there and no bigger
  local got
  got=$(value "$1")
  echo "#   $1: $got of $2"
  [ -n "$got" ] && [ "$got" -le "$2" ]
}

# Bytes: 80x24, the sizes that people have over a slow link. A key paints what
# it changed; what explains that follows once no other key comes, and is counted
# by itself. Every row of every list, every core, every kind of edit.
budget() { # TEXT LIMIT NAME...: of all these figures, with a table of them
  local text=$1 limit=$2 name got
  shift 2
  for name; do
    got=$(value "$name")
    printf '#   %-8s %-16s %5s bytes at most, of %s\n' "$TERM" "$name" \
      "${got:-?}" "$limit"
  done
  ok "$TERM: $text: $limit bytes at most" within "$limit" "$@"
}
within() { # LIMIT NAME...: figures that are there, and none of them 0
  local limit=$1 name got
  shift
  for name; do
    got=$(value "$name")
    [ -n "$got" ] && [ "$got" -gt 0 ] && [ "$got" -le "$limit" ] || return 1
  done
}
moves="domain host devices cores options review up"
edits="core layout fewer more own"
pages="host_page devices_page options_page"
script="text:Linux bytes:first idle:1 bytes:idle each:host:j:99
  each:host_page:PageUp,PageDown:1 key:3 bytes:to_devices each:devices:j:99
  each:devices_page:PageUp,PageDown:1 key:4 bytes:to_cpus each:cores:h:99
  each:core:Space,u,e,u,i,u,t,u,l:12 each:layout:Tab:5 each:fewer:-:4
  each:more:+:6 each:own:d,u,U:2 key:5 bytes:to_options each:options:j:99
  each:options_page:PageUp,PageDown:1 key:6 bytes:to_review each:review:j:99
  key:1 bytes:to_domain each:domain:j:99 idle:1 bytes:idle2 key:C-c exit"
short="text:Linux bytes:first idle:1 bytes:idle each:host:j:12 key:3
  bytes:to_devices each:devices:j:9 key:4 bytes:to_cpus
  each:core:Space,u,e,u,i,u,l:1 each:layout:Tab:2 key:5 bytes:to_options
  each:options:j:17 key:6 bytes:to_review idle:1 bytes:idle2 key:C-c exit"
[ -z "${VIRT_TUNE_LONG-}" ] || # up, too, and in all terminals
  script=${script//:j:99/:j:99 each:up:k:99}
named() { # SUFFIX NAME...: those that were measured
  local suffix=$1 name
  shift
  for name; do
    [ -z "$(value "$name.$suffix")" ] || echo "$name.$suffix"
  done
}
# shellcheck disable=SC2046,SC2086 # lists of words
play_again() { # SCRIPT ARGUMENT...: a bad run, for a terminal is read late
  local try
  for try in 1 2 3; do
    play "$@"
    within 200 $(named now $moves) && within 400 $(named now $edits) && break
    echo "#   $TERM: run $try: $(grep -E "\.now" <<<"$out" | xargs)"
  done
}
# shellcheck disable=SC2046,SC2086 # lists of words
count_bytes() { # SCRIPT
  play_again "$1" --demo win10
  [ "$1" != "$script" ] ||
    ok "$TERM: every row was gone to" rows_are 20 host devices options
  budget "the first paint" 2560 first
  ok "$TERM: nothing is sent when nothing happens" is \
    "$(value idle) $(value idle2)" "0 0"
  budget "a move" 200 $(named now $moves)
  budget "an edit in CPUs" 400 $(named now $edits)
  budget "what explains a row, once no key comes" 800 $(named later $moves)
  budget "what follows of an edit" 800 $(named later $edits)
  budget "another screen" 2560 $(sed -n 's/^\(to_[a-z]*\) .*/\1/p' <<<"$out")
  [ "$1" != "$script" ] || budget "a page" 1800 $(named now $pages)
}
rows_are() { # LEAST NAME...
  local least=$1 name
  shift
  for name; do
    [ "$(value "$name.keys")" -gt "$least" ] || return 1
  done
}
TERM=xterm-256color count_bytes "$script"
terms="linux vt100 putty"
[ -z "${VIRT_TUNE_LONG-}" ] || terms+=" xterm tmux screen rxvt"
for term in $terms; do
  infocmp "$term" >/dev/null 2>&1 || continue
  if [ -z "${VIRT_TUNE_LONG-}" ]; then
    TERM=$term count_bytes "$short"
  else
    TERM=$term count_bytes "$script"
  fi
done
export TERM=xterm-256color

# Sixteen L3: boxes for one of them, which are others when the cursor leaves it.
cp "$demo/win10.xml" "$scratch/win10.xml"
play_again "text:Linux each:host:j:12 key:4 each:cores:l:20 each:cores:j:9
  each:core:Space,u,e,u,i,u:2 each:layout:Tab:3 each:fewer:-:2 key:C-c exit" \
  --sysroot "$hosts/epyc-7763-2s" --read-only "$scratch/win10.xml"
# shellcheck disable=SC2046 # lists of words
budget "a move among many L3" 200 $(named now host cores)
# shellcheck disable=SC2046
budget "an edit among many L3" 400 $(named now core layout fewer)

# An arrow whose bytes come apart is an arrow still, and harms nothing.
play "text:Linux key:4 bytes:x torn:Right bytes:right key:C-c exit" --demo win10
ok "a torn arrow moves" at_most right 200
ok "and does nothing else" is "$(value exit)" 130

# Keys that wait are taken before anything is painted: a held key over a slow
# link does not leave a queue of paints behind.
play "text:Linux bytes:x key:jjjjjjjjjjjjjjjjjjjj bytes:held key:C-c exit" \
  --demo win10
ok "twenty moves at once cost less than three of them" at_most held 1800

# Colour is an accent: NO_COLOR and --color say no, and it works without.
play "text:Linux colors:auto key:C-c exit" --demo win10
ok "colours where the terminal has them" test "$(value auto)" -gt 0
NO_COLOR=1 play "text:Linux colors:none key:C-c exit" --demo win10
ok "NO_COLOR: none" is "$(value none)" 0
NO_COLOR='' play "text:Linux colors:empty key:C-c exit" --demo win10
ok "an empty NO_COLOR is none" test "$(value empty)" -gt 0
play "text:Linux colors:never key:C-c exit" --demo --color never win10
ok "--color never: none" is "$(value never)" 0
NO_COLOR=1 play "text:Linux colors:always key:C-c exit" --demo --color always \
  win10
ok "--color always wins" test "$(value always)" -gt 0
TERM=vt100 play "text:Linux colors:vt100 key:C-c exit" --demo win10
ok "vt100 has none" is "$(value vt100)" 0
for term in dumb unknown nonsense; do
  TERM=$term play "exit" --demo win10
  ok "TERM=$term: code 2" is "$(value exit)" 2
done

# Every signal at every screen, and the terminal going away: the modes are as
# before, no CPU is burned, the draft is there and is offered.
session() { # a fresh root and domain file
  rm -rf "$scratch/root"
  mkdir "$scratch/root"
  cp "$demo/win10.xml" "$scratch/root/win10.xml"
}
arguments=(--sysroot "$hosts/i7-12700k" --root "$scratch/root"
  "$scratch/root/win10.xml")
drafts() { find "$scratch/root/var/lib/virt-tune/drafts" -name '*.plan' | wc -l; }
untouched() { cmp -s "$demo/win10.xml" "$scratch/root/win10.xml" &&
  [ ! -e "$scratch/root/etc" ]; }
signals=(15 1 2 3 11 6 7)
# The steps, and what is open over one: presets, disks, help, pager, prompt.
places=(1 2 3 4 5 6 7 8 "5 p" "5 e" "4 ?" "6 v" "5 /")
n=0
for place in "${places[@]}"; do
  keys="key:${place// / key:}"
  for signal in "${signals[@]}"; do
    [ -n "${VIRT_TUNE_LONG-}" ] ||
      [ "$signal" = "${signals[n % ${#signals[@]}]}" ] || continue
    session
    play "text:Linux key:p $keys signal:$signal exit" "${arguments[@]}"
    case $signal in
      11 | 6 | 7) want="signal $signal" ;;
      *) want="exit $((128 + signal))" ;;
    esac
    ok "signal $signal at $place: $want" is "$(head -1 <<<"$out")" "$want"
    ok "the terminal is as before" has "$out" "modes same"
    ok "the draft is there" is "$(drafts)" 1
    ok "nothing else is written" untouched
  done
  n=$((n + 1))
  session
  play "text:Linux key:p $keys close exit" "${arguments[@]}"
  ok "hang-up at $place: 129" is "$(value exit)" 129
  ok "without spinning" at_most cpu 3000
  ok "the draft is there" is "$(drafts)" 1
  ok "nothing else is written" untouched
done
session
play "text:Linux key:p key:7 close exit" "${arguments[@]}"
play "text:draft key:x text:asks key:q text:Domain key:C-c exit" "${arguments[@]}"
ok "a key that is no answer to the draft is told which are" is \
  "$(value exit) $(drafts)" "130 1"
play "text:draft key:Enter text:Apply key:C-c exit" "${arguments[@]}"
ok "the draft is offered, and taken up at its screen" is "$(value exit)" 130

for signal in 1 6; do
  session
  play "text:Linux key:p key:7 text:apply idle:1 key:a text:Applied key:H
    text:record
    signal:$signal exit" "${arguments[@]}"
  ok "signal $signal at History: the terminal is as before" has "$out" \
    "modes same"
  ok "it ended by it" has "$out" "$([ $signal = 1 ] && echo exit 129 ||
    echo signal 6)"
done

# Whatever is pasted, or sent by the terminal itself, writes nothing: "7a" in it
# are keys, but nobody has seen what they ask.
uuid=8f1d6a52-3c0e-4b7a-9d15-2e6f0c4b8a91
paste() { # BYTES PLACE
  session
  play "text:Linux key:p $2 type:$1 idle:0.5 key:C-c exit" "${arguments[@]}"
  ok "pasted at ${2//key:/}: nothing is written" untouched
}
for place in key:5 key:3 "key:7 text:apply" "key:5 key:/"; do
  paste "$uuid" "$place"
done
paste "\\x1b[200~$uuid\\x1b[201~" key:5
paste '\x1b]11;rgb:7777/aaaa/2222\x1b\x5c' key:5
paste 'vga\x0d07:00.0\x0d' "key:5 key:/"
session
play "text:Linux key:p key:7 text:apply type:7a text:soon idle:1 key:a text:Applied
  key:C-c exit" "${arguments[@]}"
ok "what was typed in one go is asked for again" is "$(value exit)" 130
# Whether another plan is replaced is asked, and seen before it is answered.
cd "$scratch" || exit 1
echo '# A plan of virt-tune, and another one' >win10.plan
cp win10.plan other.plan
session
play "text:Linux key:p key:6 type:s\\x0d text:Another key:C-c exit" "${arguments[@]}"
ok "a plan is not replaced by what is typed in one go" cmp win10.plan other.plan
rm win10.plan other.plan
# A mouse that a dead program left switched on.
for report in '[<65;77;7M' '[M!37' '[I'; do
  play "text:Linux key:4 text:[4 idle:1 bytes:to_cpus type:\\x1b$report idle:0.5
    bytes:mouse key:C-c exit" --demo win10
  ok "a terminal's report does nothing: $report" at_most mouse 120
done
# Bytes that are no character here, and sequences that nobody knows, are no
# keys; they take none along, and do not end the program.
play "text:Linux $(yes 'type:\xe9' | head -120 | xargs) key:3 text:Devices]
  key:C-c exit" --demo win10
ok "120 unreadable bytes do not end it" is "$(value exit)" 130
play 'text:Linux type:\xe43 text:Devices] key:C-c exit' --demo win10
ok "nor does one take the next key along" is "$(value exit)" 130
play 'text:Linux key:5 key:/ type:\xc3 idle:0.2 type:\xbc text:ü key:C-c exit' \
  --demo win10
ok "a character may come in parts" is "$(value exit)" 130
TERM=vt100 play 'text:Choose type:\x1b[3~ text:nothing key:C-c exit' --demo
ok "vt100: Delete does nothing, and says so" is "$(value exit)" 130
for report in '\x1b[97;5u' '\x1b[<0;10;10M' '\x1b[?62;22c' '\x1b[24;80R' \
  '\x1bP1+r0m\x1b\x5c' '\x1bOy'; do
  play "text:Linux key:p key:7 text:apply type:$report text:nothing key:C-c exit" \
    --demo win10
  ok "${report//\\/}: nothing, and says so" is "$(value exit)" 130
done
for place in "key:5 key:/" "key:5 key:?" "key:6 key:v" key:4; do
  play "text:Linux key:p $place type:\x0c bytes:all key:C-c exit" --demo win10
  ok "^L paints all again at ${place//key:/}" test "$(value all)" -gt 1000
done

# A libvirt that does not answer is told before anything waits for it.
"$pty" --deaf "$scratch/deaf" &
deaf=$!
trap 'kill $deaf; rm -rf "$scratch"' EXIT
uri="qemu+unix:///system?socket=$scratch/deaf"
for ((i = 0; i < 100; i++)); do [ -S "$scratch/deaf" ] || sleep 0.05; done
for domain in "" win10; do
  play "text:Waiting key:x key:C-l resize:60x17 key:Esc exit" -c "$uri" \
    ${domain:+"$domain"}
  ok "libvirt hangs ($domain): Esc leaves" is "$(value exit)" 1
  ok "and leaves the terminal as it was" has "$out" "modes same"
  ok "without spinning" at_most cpu 2000
done
for signal in 1 2 15; do
  play "text:Waiting signal:$signal exit" -c "$uri"
  ok "signal $signal while it waits" is "$(value exit)" "$((128 + signal))"
done
play "text:Waiting close exit" -c "$uri"
ok "hang-up while it waits" is "$(value exit)" 129
play "text:Waiting key:q exit" -c "$uri"
ok "q leaves" is "$(value exit)" 1

# Sizes while it runs, many of them.
session
storm=""
for ((i = 0; i < 30; i++)); do
  storm+=" resize:$((RANDOM % 200 + 1))x$((RANDOM % 60 + 1))"
done
play "text:Linux key:4 $storm resize:80x24 key:C-l bytes:x key:C-c exit" \
  "${arguments[@]}"
ok "a storm of sizes ends well" is "$(value exit)" 130
finish
