#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# lint.sh SOURCE_DIR - scripts are clean, files are small, includes name their
# stage, every header stands alone, tables agree.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
source=$1
cd "$source" || exit 1

command -v shellcheck >/dev/null || plan_skip "shellcheck is not installed"

mapfile -t scripts < <(grep -lE '^#!/bin/(ba)?sh' data/* tests/*.sh .ci/run 2>/dev/null)
for script in "${scripts[@]}" tests/hook/*.sh; do
  ok "shellcheck $script" shellcheck -x "$script"
done

big() { find src ui tests -name '*.[ch]' -exec wc -l {} + |
  awk '$2 != "total" && $1 > 800 { print $2 }'; }
ok "no file has more than 800 lines" is "$(big)" ""

bad_includes() { grep -nE '#include "[^/"]*"' -r src ui --include='*.[ch]'; }
ok "every include of ours names its stage" is "$(bad_includes)" ""
up_includes() { grep -nE '#include ".*\.\./' -r src ui --include='*.[ch]'; }
ok "no include climbs" is "$(up_includes)" ""

curses() { grep -lE '#include <(n?curses|term)\.h>' -r src ui; }
ok "one file includes curses" is "$(curses)" ui/term.c

wide() { find src ui tests -name '*.[ch]' | while read -r file; do
  [ "$(wc -L <"$file")" -le 80 ] || echo "$file"; done; }
ok "no line has more than 80 columns" is "$(wide)" ""

# A row's key must be in a plan file, on the command line and in the README.
keys() { sed -n 's/^ *\.key = "\(.*\)",/\1/p' src/plan/option_*.c; }
ok "there are options" test -n "$(keys)"
undocumented() { local key; for key in $(keys); do
  grep -qF "$key" README.md || echo "$key"; done; }
ok "every option is in the README" is "$(undocumented)" ""
audits() { sed -n 's/^ *{"\([a-z-]*\)", "[/l].*/\1/p' src/session/audit_*.c; }
ok "there are checks of guests" test "$(audits | wc -l)" -ge 15
untold() { local id; for id in $(audits); do
  grep -qF "\`$id\`" README.md || echo "$id"; done; }
ok "every check of a guest is in the README" is "$(untold)" ""
finish
