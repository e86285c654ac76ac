# What the other scripts share. Sourced, never run.

# The project's own folder, wherever the script was called from.
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 2

# CPython tears its lines with this set, and containers often set it.
unset PYTHONUNBUFFERED

fail() {
  echo "$*" >&2
  exit 2
}

need_swift() {
  command -v swift >/dev/null 2>&1 ||
    fail "A Swift toolchain is missing: install Swift 6.2 or later for Linux from swift.org and put swift on the PATH."
}

# A step with its name and the time that it took.
step() {
  local name=$1 start=$SECONDS
  shift
  echo "== $name"
  "$@"
  local status=$?
  echo "-- $name: $((SECONDS - start)) s"
  return $status
}

# Installs a package of the system where that is allowed.
install() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
  { apt-get install -y "$1" || { apt-get update && apt-get install -y "$1"; }; } >/dev/null 2>&1
}

# CPython's library, for the oracle: installed where that is allowed, done without where it is not.
want_cpython() {
  ldconfig -p 2>/dev/null | grep -q 'libpython3\.' && return 0
  install libpython3-dev && return 0
  echo "CPython's library is missing (Debian: libpython3-dev); everything that needs it is skipped." >&2
}

# Callgrind, to count instructions: the same.
want_valgrind() {
  command -v valgrind >/dev/null 2>&1 || install valgrind ||
    echo "Valgrind is missing (Debian: valgrind); instructions are not counted." >&2
}

# Builds, shows errors and this project's own warnings, and fails on either.
build_strictly() {
  local log status
  log=$(mktemp) || return 2
  swift build "$@" >"$log" 2>&1
  status=$?
  if [ $status != 0 ]; then
    grep -E 'error:|warning:' "$log" | sort -u | head -n 40
    tail -n 5 "$log"
  elif grep -E "^$PWD/((Sources|Tests|Scenarios|Exercises)/[^:]+|README.md):[0-9]+:[0-9]+: warning:" "$log" | sort -u | grep .; then
    echo "The build has warnings; it must have none." >&2
    status=1
  fi
  rm -f "$log"
  return $status
}
