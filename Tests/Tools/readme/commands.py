"""The commands of README.md, as a reader would type them.

Each `sh` block of the README has a comment above it that says who exercises it:

    <!-- commands: NAME, by SCRIPT -->      SCRIPT runs the block, by this file's `block NAME` or by itself
    <!-- commands: NAME, on a board only -->

    commands.py check README       every block has its comment, and the script named mentions the block or its commands
    commands.py block README NAME  prints the commands of a block
"""

import pathlib
import re
import sys

FENCE = "```"
COMMENT = re.compile(r"<!-- commands: ([a-z0-9-]+), (?:by ([^ ,]+)|(on a board only)) -->$")


class Block:
    def __init__(self, line, name, script, commands):
        self.line, self.name, self.script, self.commands = line, name, script, commands


def blocks(text):
    """Every `sh` block, with what the comment above it says; None for one without."""
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        # A block of a list is indented with it.
        indent = len(lines[number]) - len(lines[number].lstrip())
        if lines[number][indent:] != FENCE + "sh":
            number += 1
            continue
        said = COMMENT.match(lines[number - 1].strip()) if number else None
        end = lines.index(" " * indent + FENCE, number + 1)
        name, script = (said[1], said[2]) if said else (None, None)
        yield Block(number + 1, name, script, [line[indent:] for line in lines[number + 1 : end]])
        number = end + 1


def words(command):
    """A command without what a reader is told beside it."""
    return re.sub(r"\s+#.*$", "", command).strip()


def faults(readme):
    names = set()
    for block in blocks(readme.read_text()):
        where = f"{readme.name}:{block.line}"
        if block.name is None:
            yield f"{where}: nobody is named who exercises these commands"
            continue
        if block.name in names:
            yield f"{where}: a second block called {block.name}"
        names.add(block.name)
        if block.script is None:
            continue
        script = readme.parent / block.script
        if not script.is_file():
            yield f"{where}: there is no {block.script}"
            continue
        text = script.read_text()
        # The script takes the block from here, or has each of its commands itself.
        if re.search(rf"\bblock {block.name}\b", text):
            continue
        for command in filter(None, map(words, block.commands)):
            target = re.match(r"make ([a-z0-9-]+)$", command)
            if command not in text and not (target and re.search(rf"\bstep {target[1]}\b", text)):
                yield f"{where}: {block.script} does not run `{command}`"


def main(arguments):
    what, readme = arguments[0], pathlib.Path(arguments[1])
    if what == "check":
        found = list(faults(readme))
        print("\n".join(found) or f"{readme.name}: every command is exercised or marked")
        return 1 if found else 0
    for block in blocks(readme.read_text()):
        if block.name == arguments[2]:
            print("\n".join(block.commands))
            return 0
    print(f"there is no block {arguments[2]}", file=sys.stderr)
    return 64


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
