"""Draws what transfer.py measured as SVG, with nothing but the standard library."""
import math
import os

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 400, 70, 190, 40, 50
COLOURS = ("#1b6ca8", "#d1495b", "#2e933c", "#edae49", "#6f4a8e", "#5b5b5b")


class Axis:
    """Logarithmic, over whole decades or powers of two."""

    def __init__(self, values, begin, end, base):
        self.low, self.high = math.floor(math.log(min(values), base) + 1e-9), math.ceil(math.log(max(values), base) - 1e-9)
        self.high = max(self.high, self.low + 1)
        self.begin, self.end, self.base = begin, end, base

    def at(self, value):
        share = (math.log(value, self.base) - self.low) / (self.high - self.low)
        return self.begin + share * (self.end - self.begin)

    def marks(self):
        step = max(1, (self.high - self.low + 7) // 8)
        return [self.base ** power for power in range(self.low, self.high + 1, step)]


def text(x, y, content, anchor="middle", more=""):
    return '<text x="%.1f" y="%.1f" text-anchor="%s" %s>%s</text>' % (x, y, anchor, more, content)


def picture(path, title, x_name, y_name, lines, x_base=2):
    """`lines`: name to a list of (x, y), all positive."""
    points = [point for line in lines.values() for point in line]
    x = Axis([at for at, _ in points], LEFT, WIDTH - RIGHT, x_base)
    y = Axis([at for _, at in points], HEIGHT - BOTTOM, TOP, 10)
    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">' % (WIDTH, HEIGHT),
           '<rect width="100%" height="100%" fill="white"/>', text((LEFT + WIDTH - RIGHT) / 2, 20, title, more='font-size="14"')]
    for mark in x.marks():
        out.append('<path d="M%.1f %dV%d" stroke="#ddd"/>' % (x.at(mark), TOP, HEIGHT - BOTTOM))
        out.append(text(x.at(mark), HEIGHT - BOTTOM + 16, "%g" % mark))
    for mark in y.marks():
        out.append('<path d="M%d %.1fH%d" stroke="#ddd"/>' % (LEFT, y.at(mark), WIDTH - RIGHT))
        out.append(text(LEFT - 6, y.at(mark) + 4, "%g" % mark, "end"))
    out.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, x_name))
    out.append(text(16, HEIGHT / 2, y_name, more='transform="rotate(-90 16 %d)"' % (HEIGHT / 2)))
    for index, (name, line) in enumerate(lines.items()):
        colour = COLOURS[index % len(COLOURS)]
        corners = [(x.at(a), y.at(b)) for a, b in sorted(line)]
        out.append('<polyline fill="none" stroke-width="2" stroke="%s" points="%s"/>' %
                   (colour, " ".join("%.1f,%.1f" % corner for corner in corners)))
        out += ['<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>' % (*corner, colour) for corner in corners]
        at = TOP + 10 + 20 * index
        out.append('<rect x="%d" y="%d" width="12" height="12" fill="%s"/>' % (WIDTH - RIGHT + 12, at, colour))
        out.append(text(WIDTH - RIGHT + 30, at + 10, name, "start"))
    out.append("</svg>")
    with open(path, "w") as file:
        file.write("\n".join(out) + "\n")


NAMES = {"dyad": "Dyad", "qemu": "QEMU (TCG)"}
MODES = {"stop": "stop", "precopy": "pre-copy", "postcopy": "post-copy"}


def lines_of(rows, x, y):
    lines = {}
    for row in rows:
        lines.setdefault("%s, %s" % (NAMES[row["system"]], MODES[row["mode"]]), []).append((x(row), max(y(row), 0.1)))
    return dict(sorted(lines.items()))


def draw(rows, folder):
    """Downtime against memory, of programs that write little, and the rate of a move against the rate of writing."""
    os.makedirs(folder, exist_ok=True)
    same = [row for row in rows if row["isa"] == "x86_64"]
    little = [row for row in same if row["rate"] == (0 if row["mode"] == "stop" else 10)]
    picture(os.path.join(folder, "transfer-downtime.svg"), "Downtime", "memory touched, MiB", "ms",
            lines_of(little, lambda row: row["size"], lambda row: row["down_ms"]))
    large = [row for row in same if row["size"] == 128 and row["rate"] > 0]
    picture(os.path.join(folder, "transfer-rate.svg"), "Memory moved in a second, 128 MiB touched", "memory written, MiB/s", "MiB/s",
            lines_of(large, lambda row: row["rate"], lambda row: row["size"] / row["total_s"]), x_base=10)
