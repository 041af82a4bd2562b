#!/bin/sh
# Rewrites the last column of the fixture files from a real PostgreSQL 15 or
# later. Usage: testdata/regen.sh [psql options]. Each line is tab-separated, the
# question first, the answer last: "=text", or "!SQLSTATE message|detail".
# COPY's escapes (\t, \n, \\) stand for the characters they name.
set -eu
cd "$(dirname "$0")"
for f in input binary compare numeric templates; do
  [ -f "$f.tsv" ] || continue
  cols=$(head -n 1 "$f.tsv" | awk -F '\t' '{print NF - 1}')
  cut -f "1-$cols" "$f.tsv" >"$f.tmp"
  psql -XAtq -v ON_ERROR_STOP=1 "$@" -v dir="$PWD" -f - <<SQL
\i regen.sql
\copy q (a$( [ "$cols" -ge 2 ] && echo ", b")$( [ "$cols" -ge 3 ] && echo ", c")$( [ "$cols" -ge 4 ] && echo ", d")) from '$f.tmp'
update q set answer = pg_temp.ask_$f(q);
\copy (select a$( [ "$cols" -ge 2 ] && echo ", b")$( [ "$cols" -ge 3 ] && echo ", c")$( [ "$cols" -ge 4 ] && echo ", d"), answer from q order by n) to '$f.tsv'
SQL
  rm "$f.tmp"
done
