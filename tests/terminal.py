# A person at a terminal, for tests:
#
#   python3 terminal.py KIND PROMPT ANSWER [KIND PROMPT ANSWER]... -- COMMAND...
#
# runs the command on a terminal of its own, and types each answer once its prompt stands there; KIND is `shown`, or
# `hidden` where the terminal must have stopped to show what is typed. Prints what the terminal showed, and ends with
# the command's exit code, or 128 and the signal that ended it.
import os, pty, sys, termios, time

end = sys.argv.index("--")
questions, command = sys.argv[1:end], sys.argv[end + 1:]
child, terminal = pty.fork()
if child == 0: os.execvp(command[0], command)
seen = b""

def read_more():
    global seen
    try: more = os.read(terminal, 1000)
    except OSError: more = b""  # the command has closed it
    seen += more
    return more

def is_echoing(): return termios.tcgetattr(terminal)[3] & termios.ECHO

for kind, prompt, answer in zip(questions[::3], questions[1::3], questions[2::3]):
    while prompt.encode() not in seen:
        if not read_more(): sys.exit(f"no '{prompt}' came: {seen.decode()}")
    while kind == "hidden" and is_echoing(): time.sleep(0.01)
    os.write(terminal, answer.encode())
while read_more(): pass
print(seen.decode(), end="")
code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
sys.exit(code if code >= 0 else 128 - code)
