#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# words.sh PROGRAM HOSTS TEST_SCREENS TEST_WRITTEN - every text is in each
# catalogue, and is shown from it; the layout bears it; what programs read stays
# English.
# GOLDEN_UPDATE=1 writes the German screens anew.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
program=$(realpath "$1") hosts=$(realpath "$2") screens=$(realpath "$3")
written=$(realpath "$4")
source=$(cd "$(dirname "$0")/.." && pwd)
golden=$source/tests/golden
catalogues=$(dirname "$program")/share/locale

command -v xgettext >/dev/null || plan_skip "gettext is not installed"

pot=$scratch/virt-tune.pot
ok "the texts can be extracted" sh "$source/data/po/extract" "$source" "$pot"
ok "there are many" test "$(grep -c '^msgid' "$pot")" -gt 1000
# Texts that msgcmp names: missing, or not used.
differing() { msgcmp --no-fuzzy-matching "$1" "$pot" 2>&1 |
  grep -E 'msgid|not used|used but not' | head -20; }
for po in "$source"/data/po/*.po; do
  name=$(basename "$po")
  ok "$name: formats and header are right" \
    msgfmt -c -o "$scratch/test.mo" "$po"
  ok "$name: has just the texts of the program (see HACKING.md)" \
    is "$(differing "$po")" ""
  ok "$name: nothing is fuzzy" is "$(msgattrib --only-fuzzy "$po")" ""
  ok "$name: nothing is left over" is "$(grep '^#~' "$po")" ""
done

# The real locale, if it can be made. Else C.UTF-8 under its name: a machine may
# have no other, and gettext asks for the name only.
export LOCPATH=$scratch/locale
mkdir "$LOCPATH"
localedef -i de_DE -f UTF-8 "$LOCPATH/de_DE.UTF-8" 2>/dev/null || {
  rm -rf "$LOCPATH/de_DE.UTF-8" # what localedef left of it
  cp -r /usr/lib/locale/C.[uU]* "$LOCPATH/de_DE.UTF-8"
} || {
  echo "# no locale to speak German in"
  finish
  exit
}
# glibc never frees the words of LOCPATH.
german() { ASAN_OPTIONS=detect_leaks=0 LC_ALL=de_DE.UTF-8 LANGUAGE='' "$@"; }

run german "$program" --demo undo
ok "German is spoken" has "$err" "Aufruf: virt-tune undo"
run german "$program" --help
ok "its help has room in 80 columns" test "$(wc -L <<<"$out")" -le 80
run german "$program" --demo preview win10
ok "what the hook would do has German names" has "$out" "  volles Tempo"
run german "$program" --demo plan win10 --ask
ok "what is proposed, too" has "$out" "[weiter]"
run env LANGUAGE=xx "$program" --demo undo
ok "English where there is no catalogue" has "$err" "Usage: virt-tune undo"

# The screens, as golden.sh plays them.
# shellcheck source=tests/play.sh
. "$(dirname "$0")/play.sh"
for script in "$golden"/*.keys; do
  play "$script" german >"$scratch/$(basename "$script" .keys).txt"
done
for file in "$golden"/*.de.txt; do
  name=$(basename "$file" .de.txt)
  [ -z "${GOLDEN_UPDATE-}" ] || cp "$scratch/$name.txt" "$file"
  ok "golden $name in German" diff -u "$file" "$scratch/$name.txt"
done
# Texts without a value in them that are of some length, and are translated.
msgattrib --translated --no-wrap "$source/data/po/de.po" | awk '
  /^msgid "/ { id = substr($0, 8, length($0) - 8) }
  /^msgstr "/ && id != substr($0, 9, length($0) - 9) &&
    length(id) > 11 && id !~ /[%\\]/ { print id }' >"$scratch/english"
ok "there are texts to look for" test "$(wc -l <"$scratch/english")" -gt 500
ok "no screen has English left" \
  is "$(grep -ohFf "$scratch/english" "$scratch"/*.txt | sort -u)" ""

ok "the screens have room for German in all sizes" german \
  env UNIT_CATALOGUES="$catalogues" "$screens" test_sizes
ok "and when something is applied" german \
  env UNIT_CATALOGUES="$catalogues" "$written" test_apply

# What programs read has one language, and a decimal point.
same() { # ARGUMENT...
  german "$program" "$@" >"$scratch/german" 2>/dev/null
  LC_ALL=C "$program" "$@" >"$scratch/english" 2>/dev/null
  test -s "$scratch/german" && cmp "$scratch/german" "$scratch/english"
}
win10=$source/data/demo/win10.xml
for what in "show host --json" "show groups --json" "show cpus --json" \
  "preview win10 --json" "preview win10 --format json" "list --json" \
  "check win10 --json --seconds 0" "preview win10 --format xml" \
  "plan win10" "document man" "document zsh"; do
  # shellcheck disable=SC2086 # words
  ok "the same in each language: $what" same --demo $what
done
cp "$win10" "$scratch/win10.xml"
german "$program" --demo --root "$scratch/root" apply --yes "$scratch/win10.xml" \
  >"$scratch/out" 2>&1
hook=("$scratch"/root/etc/libvirt/hooks/virt-tune/*)
ok "the hook's file is English" \
  grep -q '^# virt-tune: what the host does' "${hook[0]}"
ok "the journal's keys and states are English" \
  is "$(cat "$scratch"/root/var/lib/virt-tune/*/0001/state)" applied
run german "$program" --demo --root "$scratch/root" history "$scratch/win10.xml"
ok "and are told in German" has "$out" angewendet
german "$program" --demo --ascii show host >"$scratch/ascii" 2>&1
ok "--ascii spells umlauts out" \
  is "$(LC_ALL=C grep -c '[^ -~]' "$scratch/ascii")" 0
finish
