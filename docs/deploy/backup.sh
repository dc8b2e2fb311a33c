#!/bin/sh
# Copies a SQLite journal while the server writes: backup.sh JOURNAL DIRECTORY [HOW_MANY]
# The copy gets its name when it is complete and on the disk. The newest HOW_MANY (7) copies are kept.
set -eu
journal=$1
directory=$2
how_many=${3:-7}
umask 077
export HOME=/nonexistent # no ~/.sqliterc of any user
test -f "$journal"
name=$directory/visitors-$(date -u +%Y%m%dT%H%M%SZ).db
rm -f "$directory"/*.part
# The checkpoint first: a checkpoint that is newer than the copy cannot be used with it.
if test -f "$journal.checkpoint"; then cp "$journal.checkpoint" "$name.checkpoint.part"; fi
sqlite3 -cmd '.timeout 10000' "$journal" "VACUUM INTO '$name.part'"
test "$(sqlite3 "$name.part" 'PRAGMA quick_check')" = ok
sync "$directory"/*.part
if test -f "$name.checkpoint.part"; then mv "$name.checkpoint.part" "$name.checkpoint"; fi
mv "$name.part" "$name"
sync "$directory"
ls -1t "$directory"/visitors-*.db | tail -n "+$((how_many + 1))" | while read -r old; do
    rm -f "$old" "$old.checkpoint"
done
echo "$name"
