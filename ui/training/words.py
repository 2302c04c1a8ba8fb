"""Counts, spans and moments as the Training page says them."""

import time


def count(number: float) -> str:
    """`7,420`, `742 k`, `25.3 M`."""
    if number < 10_000:
        return f"{number:,.0f}"
    return f"{number / 1000:,.0f} k" if number < 10_000_000 else f"{number / 1e6:,.1f} M"


def rate(number: float) -> str:
    """Images a second."""
    return f"{number:.0f} /s" if number >= 10 else f"{number:.1f} /s"


def span(seconds: float) -> str:
    """`40 s`, `26 min`, `3 h 5 min`, `2 d 4 h`."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{max(0, seconds):.0f} s"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes // 1440} d {minutes % 1440 // 60} h"


def age(moment: float) -> str:
    """How long ago, of seconds since 1970."""
    return f"{span(time.time() - moment)} ago"


def size(count_of_bytes: float) -> str:
    """`380 MB`, `1.4 GB`."""
    return f"{count_of_bytes / 1e6:,.0f} MB" if count_of_bytes < 1e9 else f"{count_of_bytes / 1e9:,.1f} GB"


def metric(name: str, value: float) -> str:
    """A figure by its name: SWD with one digit, mAP with three."""
    return f"{value:.1f}" if name == "swd" else f"{value:.3f}"
