"""A gateway's journal beside what the marketplace heard.

  journal.py owed FILE                             how many ledger entries and states its broker has not acknowledged
  journal.py compare FILE TRANSCRIPT RETAINED      every ledger entry was heard, and each retained topic is the newest

Reads the file as SQLite has it, by itself. Prints what is wrong and, last, a summary as one JSON object; exits 1 then.
"""
import collections
import json
import sqlite3
import sys
import time

from message import from_line


def connect(path):
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


def owed(path):
    with connect(path) as database:
        return {
            "ledger": database.execute("SELECT (SELECT ifnull(max(sequence), 0) FROM ledger) - acknowledged_sequence "
                                       "FROM cursor").fetchone()[0],
            "states": database.execute("SELECT count(*) FROM state LEFT JOIN told USING (topic) "
                                       "WHERE ifnull(told.revision, 0) < state.revision "
                                       "AND (expires_ms IS NULL OR expires_ms > ?)",
                                       (time.time_ns() // 1_000_000,)).fetchone()[0],
            "deadLetters": database.execute("SELECT count(*) FROM dead_letter").fetchone()[0],
        }


def messages(path):
    with open(path) as file:
        return [from_line(line) for line in file]


def compare(path, transcript, retained):
    faults = []
    with connect(path) as database:
        ledger = database.execute("SELECT sequence, topic, payload FROM ledger ORDER BY sequence").fetchall()
        states = database.execute("SELECT topic, revision, retained, expires_ms, payload FROM state").fetchall()
    heard = collections.Counter((m.topic, m.payload) for m in messages(transcript))
    if [row[0] for row in ledger] != list(range(1, len(ledger) + 1)):
        faults.append(f"the journal's own ledger has a gap: {len(ledger)} entries")
    for sequence, topic, payload in ledger:
        if not heard[topic, payload]:
            faults.append(f"ledger entry {sequence} on {topic} was never heard")
    kept = {m.topic: m.payload for m in messages(retained)}
    now = time.time_ns() // 1_000_000
    checked = 0
    for topic, revision, is_retained, expires, payload in states:
        found = kept.pop(topic, b"")
        if not is_retained or (expires is not None and expires <= now + 1000):
            continue
        checked += 1
        if found != payload:
            told = json.loads(found)["data"].get("revision", "none") if found else "nothing"
            faults.append(f"{topic} is retained with revision {told}, the newest is {revision}")
    faults += [f"{topic} is retained and not in the journal" for topic in kept]
    repeated = sum(count - 1 for (topic, _), count in heard.items()
                   if topic.endswith("/evidence") or "/decisions/" in topic)
    return faults, {"ledger": len(ledger), "ledgerRepeated": repeated, "states": checked, "faults": len(faults)}


def main():
    if sys.argv[1] == "owed":
        print(json.dumps(owed(sys.argv[2])))
        return 0
    faults, summary = compare(*sys.argv[2:])
    print("\n".join(faults[:100] + [json.dumps(summary)]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
