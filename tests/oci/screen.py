"""Runs a command on a terminal of its own, and shows what is on the screen in the end.

    screen.py COLUMNS ROWS REPORT COMMAND...

Standard output gets the screen's lines. REPORT is a JSON object: what came, how often a line was drawn anew, how many
lines were too long for the screen, and the command's exit code. A sequence that a terminal would understand and this
program does not is an error.
"""
import fcntl, json, os, pty, re, struct, sys, termios

columns, rows, report, *command = sys.argv[1:]
columns, rows = int(columns), int(rows)
child, terminal = pty.fork()
if child == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    os.execvp(command[0], command)
seen = b""
try:
    while more := os.read(terminal, 65536):
        seen += more
except OSError:  # the other side is closed
    pass
code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

lines, row, column = [""], 0, 0
redrawn = wrapped = 0
for token in re.findall(r"\x1b\[\d*[A-Za-z]|\x1b.?|\r|\n|[^\x1b\r\n]+", seen.decode()):
    if token == "\r":
        column = 0
    elif token == "\n":
        row += 1
        lines += [""] * (row + 1 - len(lines))
    elif token == "\x1b[2K":
        redrawn += lines[row] != ""
        lines[row] = ""
    elif token == "\x1b[J":
        lines[row] = lines[row][:column]
        del lines[row + 1:]
    elif up := re.fullmatch(r"\x1b\[(\d+)A", token):
        row -= int(up[1])
        assert row >= max(0, len(lines) - rows), "the cursor left the screen"
    else:
        assert token[0] != "\x1b", f"unknown sequence {token!r}"
        lines[row] = lines[row][:column].ljust(column) + token + lines[row][column + len(token):]
        column += len(token)
        wrapped += column >= columns
json.dump({"seen": seen.decode(), "redrawn": redrawn, "wrapped": wrapped, "code": code}, open(report, "w"))
print("\n".join(lines).rstrip("\n"))
