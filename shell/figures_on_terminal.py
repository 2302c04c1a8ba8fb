"""Figures of an evaluation on the terminal."""

from typing import Any


def generator(figures: dict) -> None:
    """Nothing; a table of SWD, and a line for each other figure."""
    from rich.console import Console
    from rich.table import Table

    table = Table("SWD x1000", *(f"{level} px" for level in figures["swd"]), box=None, header_style="dim")
    for title, key in (("fakes", "swd"), ("floor (reals to reals)", "swd_floor"), ("fakes / floor", "swd_to_floor")):
        table.add_row(title, *(f"{value:.2f}" for value in figures[key].values()))
    console = Console()
    console.print(table)
    console.print(f"MS-SSIM         {figures['ms_ssim']:.4f}   (reals {figures['ms_ssim_reals']:.4f})")
    console.print(f"Diversity       {figures['diversity']:.3f}    (of the reals')")
    console.print(f"Neighbour ratio {figures['neighbour_ratio']:.3f}    (about 1: no copies)")
    for metric, sentence in figures["protocol"].items():
        console.print(f"{metric}: {sentence}", style="dim", soft_wrap=True)


def detector(figures: dict[str, Any]) -> None:
    """Nothing; AP of every class, what people are told first."""
    from rich.console import Console
    from rich.table import Table

    console, table = Console(), Table("AP@0.5", "", box=None, header_style="dim")
    for title, one in (("", figures), ("annotated classes", figures.get("classes"))):
        if one is None:
            continue
        for name, value in one["ap50"].items():
            table.add_row(f"  {name}", "no truths" if value is None else f"{value:.4f}")
        table.add_row(f"mean{', ' + title if title else ''}", f"{one['map50']:.4f}", style="bold")
    console.print(table)
    console.print(
        f"At a confidence of {figures['confidence']:.2f}: precision {figures['precision']:.3f}, recall "
        f"{figures['recall']:.3f}, F1 {figures['f1']:.3f}. {figures['photos']} photos, {figures['boxes']} boxes."
    )
    for metric, sentence in figures["protocol"].items():
        console.print(f"{metric}: {sentence}", style="dim", soft_wrap=True)
