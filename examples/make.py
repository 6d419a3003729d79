"""Makes the tables of the examples: which digits go together, and what is observed about them.

Digits are named by their number in the shipped set (0 to 7999 for training, 8000 to 9999 held out). Labels are used here,
to say what is observed, and nowhere else. Run in this folder; the same tables come out every time.
"""

import csv
import gzip
import random

LABELS = gzip.open("../data/mnist/labels-idx1-ubyte.gz").read()[8:]
TRAIN, HELD_OUT = range(8000), range(8000, 10000)


def write(name, header, rows):
    with open(name, "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def tuples(pool, size, count, rng):
    """Tuples of different digits; every digit is used about equally often."""
    order = []
    while len(order) < size * count:
        more = list(pool)
        rng.shuffle(more)
        order += more
    return [order[i * size : (i + 1) * size] for i in range(count)]


def sums(rng):
    for name, pool, count in [("train", TRAIN, 16000), ("test", HELD_OUT, 1000)]:
        rows = [(a, b, LABELS[a] + LABELS[b]) for a, b in tuples(pool, 2, count, rng)]
        write(f"sums/{name}.csv", ["A", "B", "S"], rows)


def numbers(rng):
    value = lambda a, b: 10 * LABELS[a] + LABELS[b]
    for name, pool, count in [("train", TRAIN, 12000), ("test", HELD_OUT, 500)]:
        rows = [(a, b, c, d, value(a, b) + value(c, d)) for a, b, c, d in tuples(pool, 4, count, rng)]
        write(f"numbers/{name}.csv", ["A", "B", "C", "D", "S"], rows)


def less(rng):
    for name, pool, count in [("train", TRAIN, 16000), ("test", HELD_OUT, 1000)]:
        rows = [(a, b, str(LABELS[a] < LABELS[b]).lower()) for a, b in tuples(pool, 2, count, rng)]
        write(f"less/{name}.csv", ["A", "B", "truth"], rows)


def parity(rng):
    digits = list(TRAIN)
    rng.shuffle(digits)
    odd = lambda i: "yes" if LABELS[i] % 2 else "no"
    rows = [f"digit(mnist({i}), {LABELS[i]})" for i in digits[:200] for _ in range(10)]
    rows += [f"odd(mnist({i}), {odd(i)})" for i in digits[200:4200]]
    rows += [f"agree(mnist({i}))" for i in digits[4200:]]
    write("parity/train.csv", ["query"], [[r] for r in rows])
    rows = [f"digit(mnist({i}), {LABELS[i]})" for i in HELD_OUT]
    write("parity/test.csv", ["query"], [[r] for r in rows])


def solved(rng):
    """A solved 4 x 4 Sudoku, drawn by shuffling one."""
    rows = [[1, 2, 3, 4], [3, 4, 1, 2], [2, 1, 4, 3], [4, 3, 2, 1]]
    names = [1, 2, 3, 4]
    rng.shuffle(names)
    bands, stacks = [[0, 1], [2, 3]], [[0, 1], [2, 3]]
    for groups in (bands, stacks):
        rng.shuffle(groups)
        for group in groups:
            rng.shuffle(group)
    order, columns = sum(bands, []), sum(stacks, [])
    board = [[names[rows[r][c] - 1] for c in columns] for r in order]
    if rng.random() < 0.5:
        board = [list(row) for row in zip(*board)]
    return sum(board, [])


def valid(board):
    rows = [board[4 * r : 4 * r + 4] for r in range(4)]
    columns = [list(c) for c in zip(*rows)]
    boxes = [[rows[r + i][c + j] for i in (0, 1) for j in (0, 1)] for r in (0, 2) for c in (0, 2)]
    return all(sorted(group) == [1, 2, 3, 4] for group in rows + columns + boxes)


def sudoku(rng):
    for name, pool, count in [("train", TRAIN, 3000), ("test", HELD_OUT, 400)]:
        of = {d: [i for i in pool if LABELS[i] == d] for d in (1, 2, 3, 4)}
        rows = []
        for n in range(count):
            board = solved(rng)
            # Every other board is spoilt in one to three cells.
            while n % 2 and valid(board):
                for cell in rng.sample(range(16), rng.randint(1, 3)):
                    board[cell] = rng.randint(1, 4)
            # Sixteen different pictures.
            pictures = {d: iter(rng.sample(of[d], 16)) for d in of}
            rows.append([next(pictures[d]) for d in board] + [str(valid(board)).lower()])
        rng.shuffle(rows)
        write(f"sudoku/{name}.csv", [f"C{i}" for i in range(1, 17)] + ["truth"], rows)


def noisy(rng):
    rows = []
    for a, b in tuples(TRAIN, 2, 16000, rng):
        wrong = rng.random() < 0.2
        rows.append((a, b, rng.randint(0, 18) if wrong else LABELS[a] + LABELS[b]))
    write("noisy/train.csv", ["A", "B", "S"], rows)
    rows = [(a, b, LABELS[a] + LABELS[b]) for a, b in tuples(HELD_OUT, 2, 1000, rng)]
    write("noisy/test.csv", ["A", "B", "S"], rows)


for make in (sums, numbers, less, parity, sudoku, noisy):
    make(random.Random(2024))
