# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Sourced by the tests: TAP output, a scratch directory, a few asserts.
#   plan_skip TEXT      ends the script as skipped
#   ok TEXT COMMAND...  one test: the command must succeed
#   run COMMAND...      runs it; $status, $out and $err hold what came of it
#   finish              prints the plan; ends with 1 if a test failed

count=0 failed=0
scratch=$(mktemp -d "${TMPDIR:-/tmp}/virt-tune-test.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

plan_skip() {
  echo "1..0 # SKIP $*"
  exit 77
}

ok() {
  local text=$1
  shift
  count=$((count + 1))
  if "$@"; then
    echo "ok $count - $text"
  else
    failed=$((failed + 1))
    echo "not ok $count - $text"
    echo "#   failed: $*"
    [ -z "${status-}" ] || echo "#   last status: $status"
    [ -z "${err-}" ] || sed 's/^/#   stderr: /' <<<"$err"
  fi
}

# shellcheck disable=SC2034 # used by those who source this
run() {
  status=0
  "$@" >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
  out=$(<"$scratch/out")
  err=$(<"$scratch/err")
}

is() { [ "$1" = "$2" ] || { echo "#   got: $1"; echo "#   not: $2"; false; }; }
has() { [[ $1 == *"$2"* ]] || { echo "#   no '$2' in: ${1:0:400}"; false; }; }
lacks() { [[ $1 != *"$2"* ]]; }
sentence() { # TEXT: one line, ends with a full stop, from virt-tune
  [[ $1 == "virt-tune: "*. ]] && [ "$(wc -l <<<"$1")" = 1 ]
}

finish() {
  echo "1..$count"
  [ "$failed" = 0 ]
}
