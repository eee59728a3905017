"""The chain of one gateway's ledger events, and what its state events say of it."""
import re

ZEROS = "0" * 64
SEQUENCE = re.compile(r"\d{20}")
DIGEST = re.compile(r"[0-9a-f]{64}")


class Ledger:
    """Each event +1 and hashed into the next; a repeated one changes nothing."""

    def __init__(self, from_start):
        # A consumer that came later takes the first event that it hears as the beginning.
        self.from_start = from_start
        self.digests = {}  # by sequence
        self.last = 0
        self.events = {}  # by CloudEvents id
        self.repeated = 0
        self.head_told = 0
        self.awaited = []

    def hear(self, event, complain):
        """True for an event that was not heard before."""
        sequence, previous = event.value.get("sequence"), event.value.get("prevhash")
        if not (isinstance(sequence, str) and SEQUENCE.fullmatch(sequence) and isinstance(previous, str)
                and DIGEST.fullmatch(previous)) or {"ledgersequence", "ledgerhash"} & set(event.value):
            complain("ledger-attributes", f"sequence {sequence!r}, prevhash {previous!r}")
            return True
        number = int(sequence)
        if number in self.digests:
            if self.digests[number] == event.digest:
                self.repeated += 1
                return False
            complain("sequence-fork", f"{number}: {event.id}")
            return True
        if not self.digests and not self.from_start:
            self.last = number - 1
            self.digests[self.last] = previous
        if number != self.last + 1:
            complain("sequence-gap", f"{number} after {self.last}")
        elif previous != self.digests.get(self.last, ZEROS):
            complain("prevhash", f"{number}: {previous}, {self.digests.get(self.last, ZEROS)} was published")
        self.digests[number] = event.digest
        self.events[event.id] = event
        self.last = max(self.last, number)
        return True

    def hear_state(self, event, complain):
        """The head that a state was derived from."""
        sequence, digest = event.value.get("ledgersequence"), event.value.get("ledgerhash")
        if not (isinstance(sequence, str) and SEQUENCE.fullmatch(sequence) and isinstance(digest, str)
                and DIGEST.fullmatch(digest)):
            return complain("state-attributes", f"ledgersequence {sequence!r}, ledgerhash {digest!r}")
        number = int(sequence)
        if number < max(self.last, self.head_told):
            complain("ledger-behind", f"{number}, but {max(self.last, self.head_told)} was heard before")
        self.head_told = max(self.head_told, number)
        if number == 0 or number in self.digests:
            self.compare(number, digest, complain)
        else:
            self.awaited.append((number, digest, complain))

    def compare(self, number, digest, complain):
        wanted = self.digests[number] if number else ZEROS
        if digest != wanted:
            complain("ledger-hash", f"{number}: {digest}, {wanted} was published")

    def end(self):
        for number, digest, complain in self.awaited:
            if number in self.digests:
                self.compare(number, digest, complain)
            elif self.from_start or number > self.last:
                complain("ledger-ahead", f"{number}, the last heard is {self.last}")
