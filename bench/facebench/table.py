"""The figures as text and as a plot."""

from facebench.figures import NAMES


def rows(result):
    """Yield the table's rows: a name and one text for each tool."""
    tools = result["tools"]
    first = next(iter(tools.values()))
    for group in first["misses"]:
        label = f"missed, {group} px" if group.startswith("height") else f"missed, {group}"
        yield f"{label} %", [_number(t["misses"][group]) for t in tools.values()]
    for key, label in (
        ("all_protected", "photos with every face >20 px protected %"),
        ("collateral", "collateral: masks on no face, % of picture"),
        ("masked", "masked in all, % of picture"),
        ("growth", "growth to the grid, % of picture"),
        ("parked", "parked for review, % of photos"),
    ):
        yield label, [_number(t[key]) for t in tools.values()]
    for step in first["seconds"]:
        digits = 0 if step == "peak MiB" else 4
        label = step if step == "peak MiB" else f"{step}, s/MP"
        yield label, [_number(t["seconds"][step], digits) for t in tools.values()]


def _number(value, digits=2):
    return "-" if value is None else f"{value:.{digits}f}"


def text(result):
    """Return the whole table and what it is compared to."""
    names = list(result["tools"])
    width = max(len(name) for name in names) + 2
    lines = [
        f"{result['photos']} photos, {result['megapixels']:.1f} MP, "
        f"{result['faces']} valid faces, {result['threads']} threads",
        " " * 46 + "".join(name.rjust(width) for name in names),
    ]
    for label, values in rows(result):
        lines.append(label.ljust(46) + "".join(value.rjust(width) for value in values))
    for pair, found in result["compared"].items():
        lines += ["", f"{pair}: difference in points [95%, photos resampled in pairs]"]
        for group, f in found["groups"].items():
            low, high = f["interval"]
            lines.append(
                f"  {group:<24}{f['difference']:+7.2f} [{low:+.2f}, {high:+.2f}]"
                f"   misses x{f['ratio']:.3f}"
                f" [{f['ratio_interval'][0]:.3f}, {f['ratio_interval'][1]:.3f}]"
            )
        ratios = "  ".join(f"{k} x{v:.3f}" for k, v in found["ratios"].items())
        lines.append(f"  {ratios}")
    if result["noise"]:
        lines += ["", "noise: the same photos again, whole time, lowest to highest of each tool"]
        for name, values in result["noise"].items():
            spread = 100 * (max(values) / min(values) - 1)
            shown = ", ".join(f"{value:.2f}" for value in values)
            lines.append(f"  {name:<24}{shown} s   {spread:.0f}%")
    return "\n".join(lines)


def plot(result, path):
    """Draw miss rates by height, and what each tool costs."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    tools = result["tools"]
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), width_ratios=(2, 1))
    step = 0.8 / len(tools)
    for index, (name, tool) in enumerate(tools.items()):
        values = [tool["misses"][f"height {bucket}"] or 0 for bucket in NAMES]
        at = [n + (index - (len(tools) - 1) / 2) * step for n in range(len(NAMES))]
        left.bar(at, values, step * 0.9, label=name)
        right.plot(tool["seconds"]["find+redact"], tool["misses"]["height >10"], "o")
        right.annotate(
            name, (tool["seconds"]["find+redact"], tool["misses"]["height >10"]), fontsize=7
        )
    left.set_xticks(range(len(NAMES)), NAMES)
    left.set(xlabel="face height, pixels", ylabel="missed faces, %")
    left.legend(fontsize=8)
    right.set(xlabel="detection and redaction, s/MP", ylabel="missed faces >10 px, %")
    right.set_ylim(bottom=0)
    right.set_xlim(left=0)
    figure.tight_layout()
    figure.savefig(path, dpi=150)
    plt.close(figure)
