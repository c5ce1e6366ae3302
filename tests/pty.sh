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
value() { sed -n "s/^$1 //p" <<<"$out"; }
at_most() { # NAME LIMIT: a number is there and no bigger
  local got
  got=$(value "$1")
  echo "#   $1: $got of $2"
  [ -n "$got" ] && [ "$got" -le "$2" ]
}

# Bytes: 80x24, the sizes that people have over a slow link. Where a list
# explains its rows, the explanation follows once no other key comes.
script="text:Linux bytes:first idle:1 bytes:idle moves:in_host key:j bytes:host
  key:4 bytes:cpus key:l bytes:right key:j bytes:none key:Space bytes:toggle key:e
  bytes:emulator key:Tab bytes:layout key:- bytes:fewer key:u bytes:undo key:5
  bytes:options moves:in_options key:j bytes:explained key:3 bytes:devices
  moves:in_devices key:j bytes:device key:6 bytes:review moves:in_review
  idle:1 bytes:idle2 key:C-c exit"
terms="xterm-256color linux vt100 putty"
[ -z "${VIRT_TUNE_LONG-}" ] || terms+=" xterm tmux screen rxvt"
for term in $terms; do
  infocmp "$term" >/dev/null 2>&1 || continue
  TERM=$term play "$script" --demo win10
  ok "$term: the first paint takes 2.5 KiB at most" at_most first 2560
  ok "$term: nothing is sent when nothing happens" is \
    "$(value idle) $(value idle2)" "0 0"
  for name in right in_host in_devices in_options in_review; do
    ok "$term: a move ($name) takes 200 bytes at most" at_most "$name" 200
  done
  for name in toggle emulator layout fewer undo; do
    ok "$term: an edit ($name) takes 400 bytes at most" at_most "$name" 400
  done
  for name in host device explained; do
    ok "$term: with what is explained then ($name): 900 at most" \
      at_most "$name" 900
  done
  for name in cpus options devices review; do
    ok "$term: another screen ($name) takes 2.5 KiB at most" at_most "$name" 2560
  done
done
export TERM=xterm-256color

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
for screen in 1 2 3 4 5 6 7; do
  for signal in "${signals[@]}"; do
    [ -n "${VIRT_TUNE_LONG-}" ] ||
      [ "$signal" = "${signals[screen - 1]}" ] || continue
    session
    play "text:Linux key:p key:$screen signal:$signal exit" "${arguments[@]}"
    case $signal in
      11 | 6 | 7) want="signal $signal" ;;
      *) want="exit $((128 + signal))" ;;
    esac
    ok "signal $signal at screen $screen: $want" is "$(head -1 <<<"$out")" "$want"
    ok "the terminal is as before" has "$out" "modes same"
    ok "the draft is there" is "$(drafts)" 1
    ok "nothing else is written" untouched
  done
  session
  play "text:Linux key:p key:$screen close exit" "${arguments[@]}"
  ok "hang-up at screen $screen: 129" is "$(value exit)" 129
  ok "without spinning" at_most cpu 3000
  ok "the draft is there" is "$(drafts)" 1
  ok "nothing else is written" untouched
done
play "text:draft key:Enter text:Apply key:C-c exit" "${arguments[@]}"
ok "the draft is offered, and taken up at its screen" is "$(value exit)" 130

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
