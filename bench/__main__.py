"""`make bench`: build the national data set (cached), measure, print one JSON line per figure and a table."""

import argparse
import json
import os
import sys

import django


def main() -> int:
    """Measure the chosen figures; 1 if one was not met."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", help="figures to measure (default all)")
    parser.add_argument(
        "--size", default="national", help="national (default) or small, to try the benchmark"
    )
    parser.add_argument("--list", action="store_true", help="name the figures and stop")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "khuyencong.settings")
    django.setup()

    from bench import dataset, figures, harness

    if options.list:
        print("\n".join(figures.FIGURES))
        return 0
    unknown = set(options.names) - set(figures.FIGURES)
    if unknown:
        parser.error(f"no such figure: {', '.join(sorted(unknown))}; --list names them")
    dataset.ensure(dataset.SIZES[options.size])
    print(f"# {options.size} size; {harness.machine()}", flush=True)
    measured = []
    for name, measure in figures.FIGURES.items():
        if options.names and name not in options.names:
            continue
        for figure in measure():
            measured.append(json.loads(figure.line()))
            print(figure.line(), flush=True)
    print()
    print(f"{'figure':44} {'value':>10} {'unit':6} {'goal':>8} {'baseline':>10} {'ratio':>7}  met")
    for row in measured:
        print(
            f"{row['name']:44} {row['value']:>10} {row['unit']:6} {row['goal']:>8}"
            f" {row['baseline'] if row['baseline'] is not None else '–':>10}"
            f" {row['ratio'] if row['ratio'] is not None else '–':>7}  {'yes' if row['met'] else 'NO'}"
        )
    return 0 if all(row["met"] for row in measured) else 1


if __name__ == "__main__":
    sys.exit(main())
