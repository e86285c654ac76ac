"""Draws lines over two logarithmic axes as SVG."""

import math

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 720, 420, 70, 50, 20, 150
COLOURS = ["#1f5fa8", "#c4622d", "#3a8a3f", "#7a4fa0"]


def short(value):
    for size, letter in ((2 ** 20, "Mi"), (2 ** 10, "Ki")):
        if value >= size and value % size == 0:
            return "%d%s" % (value // size, letter)
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return "%g%s" % (value / size, letter)
    return "%g" % value


def svg(x_title, y_title, lines):
    points = [point for line in lines.values() for point in line]
    if not points:
        return '<svg xmlns="http://www.w3.org/2000/svg"/>\n'
    xs = sorted({point[0] for point in points})
    low, high = (math.floor(math.log10(min(p[1] for p in points))), math.ceil(math.log10(max(p[1] for p in points))))
    high = max(high, low + 1)
    first, last = math.log10(xs[0]), max(math.log10(xs[-1]), math.log10(xs[0]) + 1e-9)

    def across(value):
        return LEFT + (math.log10(value) - first) / (last - first) * (WIDTH - LEFT - RIGHT)

    def up(value):
        return HEIGHT - BOTTOM - (math.log10(value) - low) / (high - low) * (HEIGHT - BOTTOM - TOP)

    parts = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">'
             % (WIDTH, HEIGHT), '<rect width="100%" height="100%" fill="white"/>']
    for power in range(low, high + 1):
        y = up(10 ** power)
        parts.append('<line x1="%d" y1="%.1f" x2="%d" y2="%.1f" stroke="#ddd"/>' % (LEFT, y, WIDTH - RIGHT, y))
        parts.append('<text x="%d" y="%.1f" text-anchor="end">%s</text>' % (LEFT - 6, y + 4, short(10.0 ** power)))
    for x in xs:
        parts.append('<text x="%.1f" y="%d" text-anchor="middle">%s</text>' % (across(x), HEIGHT - BOTTOM + 18, short(x)))
    parts.append('<text x="%d" y="%d" text-anchor="middle">%s</text>'
                 % ((LEFT + WIDTH - RIGHT) // 2, HEIGHT - 10, x_title))
    parts.append('<text transform="translate(16 %d) rotate(-90)" text-anchor="middle">%s</text>' % (HEIGHT // 2, y_title))
    for index, (name, line) in enumerate(lines.items()):
        colour = COLOURS[index % len(COLOURS)]
        path = " ".join("%.1f,%.1f" % (across(x), up(y)) for x, y in line)
        parts.append('<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>' % (path, colour))
        parts += ['<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>' % (across(x), up(y), colour) for x, y in line]
        parts.append('<text x="%d" y="%d" fill="%s">%s</text>'
                     % (WIDTH - RIGHT + 12, TOP + 20 + 20 * index, colour, "this pool" if name == "this" else name))
    return "\n".join(parts + ["</svg>", ""])
