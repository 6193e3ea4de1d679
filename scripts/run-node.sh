#!/bin/sh
# Runs a program with the Node that `npm ci` brought, whatever Node the machine has, and says in a sentence why it
# cannot. It is a shell script because the Node that might be missing or broken cannot explain itself.
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
node=$root/node_modules/node/bin/node

if ! [ -x "$node" ]; then
  echo "Errand's dependencies are not installed: run \"npm ci\" in $root first." >&2
  exit 1
fi
if ! problem=$("$node" --version 2>&1); then
  case $problem in
    *libatomic*)
      # Without the library npm also skips the embedded PostgreSQL, whose set-up runs on the same Node.
      echo "Node 26 needs the library libatomic1, which this machine lacks. On Debian or Ubuntu: apt-get install libatomic1; on Fedora: dnf install libatomic. Then run \"npm ci\" again." >&2 ;;
    *) echo "The Node of this clone does not run on this machine: $problem" >&2 ;;
  esac
  exit 1
fi
# Programs that this one starts find the same Node.
PATH=$root/node_modules/node/bin:$root/node_modules/.bin:$PATH
export PATH
exec "$node" "$@"
