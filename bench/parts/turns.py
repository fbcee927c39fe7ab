# SPDX-License-Identifier: Apache-2.0
"""Two benchmarks that take turns: one runs a slice while the other is stopped.

A benchmark takes part by three habits: it prints one line of JSON when it is warm; for each line
that it reads it prints {"seconds": the time of one run}; it ends with its input.
"""

import json
import os
import signal
import subprocess
import sys

VOID = 0.10  # of the machine used by others: the figures mean nothing
UNSTEADY = 0.05  # between the two ratios: the machine was not quiet


def percentile(values, share):
    values = sorted(values)
    place = share / 100 * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


class Others:
    """Processor time of everybody but this process and its children that have ended."""

    def __init__(self):
        self.begin = self.now()

    @staticmethod
    def now():
        with open("/proc/stat") as file:
            columns = [float(word) for word in file.readline().split()[1:9]]
        tick = os.sysconf("SC_CLK_TCK")
        idle = columns[3] + columns[4]
        return sum(columns) / tick, (sum(columns) - idle) / tick, sum(os.times()[:4])

    def share(self):
        whole, busy, own = (b - a for a, b in zip(self.begin, self.now()))
        return max(0.0, busy - own) / max(whole, 1e-9)


class Player:
    """A benchmark in its paced mode, stopped unless it is its turn."""

    def __init__(self, command, environment=None):
        self.command = [str(word) for word in command]
        self.times = []
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, **(environment or {})},
        )
        self.hear()
        self.process.send_signal(signal.SIGSTOP)

    def hear(self):
        for line in self.process.stdout:
            try:
                answer = json.loads(line)
            except ValueError:
                continue  # what a library prints beside
            if isinstance(answer, dict):
                return answer
        code = self.process.wait()
        raise RuntimeError(f"{' '.join(self.command)} ended with {code}")

    def turn(self):
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        self.times.append(self.hear()["seconds"])
        self.process.send_signal(signal.SIGSTOP)

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.stdin.close()
            self.process.wait()


def take_turns(ours, peers, slices):
    """Ratios of our times to the peer's, and how quiet the machine was meanwhile."""
    others = Others()
    players = []
    try:
        for command in (ours, peers):
            players.append(Player(command))
        for _ in range(slices):
            for player in players:
                player.turn()
    finally:
        for player in players:
            player.end()
    a, b = (player.times for player in players)
    p10, median = (percentile(a, share) / percentile(b, share) for share in (10, 50))
    return {
        "p10": p10, "median": median, "slices": slices, "others": others.share(),
        "ours_ms": percentile(a, 10) * 1e3, "peer_ms": percentile(b, 10) * 1e3,
    }


def verdict(row):
    if row["others"] > VOID:
        return "void"
    return "" if abs(row["p10"] / row["median"] - 1) <= UNSTEADY else "unsteady"


def compare(ours, peers, slices, attempts):
    """As take_turns; a run that is void or unsteady is done again, the quietest one counts."""
    best = None
    for _ in range(attempts):
        row = take_turns(ours, peers, slices)
        if best is None or row["others"] < best["others"]:
            best = row
        if not verdict(row):
            return row
    return best


def note(text):
    print(text, file=sys.stderr, flush=True)


def table(title, rows, faster="ours"):
    """A Markdown table. faster "ours": ratios of times below 1 are good; "speed": their inverse."""
    print(f"\n{title}\n")
    print("| case | threads | p10 ratio | median ratio | ours, p10 | peer, p10 | others | |")
    print("|---|---|---|---|---|---|---|---|")
    for row in rows:
        if "error" in row:
            print(f"| {row['case']} | {row['threads']} | | | | | | {row['error']} |")
            continue
        p10, median = row["p10"], row["median"]
        if faster == "speed":
            p10, median = 1 / p10, 1 / median
        print(f"| {row['case']} | {row['threads']} | {p10:.3f} | {median:.3f} "
              f"| {row['ours_ms']:.3f} ms | {row['peer_ms']:.3f} ms | {row['others']:.0%} "
              f"| {verdict(row)} |")
    sys.stdout.flush()
