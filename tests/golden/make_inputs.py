"""Writes inputs/: small files of every task. What they hold does not matter, only that it stays."""

import csv
import json
from pathlib import Path

import numpy as np

INPUTS = Path(__file__).parent / "inputs"


def write(name: str, columns: dict[str, list[object]], sign: str = ",") -> None:
    with (INPUTS / name).open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, delimiter=sign, lineterminator="\n")
        rows.writerow(columns)
        rows.writerows(zip(*columns.values(), strict=True))


def fixed(values: object, digits: int = 3) -> list[object]:
    return np.round(np.asarray(values, float), digits).tolist()


def shares(z: np.ndarray) -> np.ndarray:
    """Softmax, rounded to three digits that still add up to 1."""
    p = np.round(np.exp(z) / np.exp(z).sum(axis=1, keepdims=True), 3)
    p[:, 0] = np.round(1 - p[:, 1:].sum(axis=1), 3)
    return p


def main() -> None:
    rng = np.random.default_rng(13)
    n = 90
    number = list(range(1, n + 1))
    x = rng.normal(size=(n, 3))
    y = 10 + x @ [3.0, -2.0, 0.5] + rng.normal(size=n)
    y[[4, 40]] += 25
    near, far = y + rng.normal(size=n), y + 1 + 2 * rng.normal(size=n)
    region = [("north", "south", "east")[k] for k in rng.integers(0, 3, n)]
    customer = [f"c{k}" for k in rng.integers(0, 25, n)]
    weight = fixed(rng.uniform(0.5, 2, n), 2)
    base = {"id": number, "y": fixed(y)}
    more = {"region": region, "customer": customer, "day": number, "weight": weight}
    write("numbers.csv", base | {"rf_pred": fixed(near), "gb_pred": fixed(far)} | more)
    write("worse.csv", base | {"rf_pred": fixed(near + 0.8 * rng.normal(size=n))})
    write("old.csv", base | {"rf_pred": fixed(near)})
    holed = [*fixed(near)[:-2], "", "NA"]
    write("holed.csv", base | {"rf_pred": holed, "gb_pred": fixed(far)})
    comma = {name: [str(value).replace(".", ",") for value in values] for name, values in base.items()}
    write("comma.csv", comma | {"rf_pred": [str(v).replace(".", ",") for v in fixed(near)]}, ";")
    with (INPUTS / "lines.jsonl").open("w", encoding="utf-8") as file:
        for a, b in zip(fixed(y), fixed(near), strict=True):
            file.write(json.dumps({"y": a, "pred": b}) + "\n")

    counts = rng.poisson(np.exp(0.6 + 0.5 * x[:, 0]))
    said = np.exp(0.6 + 0.5 * x[:, 0] + 0.1 * rng.normal(size=n))
    write("counts.csv", {"y": counts.tolist(), "rf_pred": fixed(said), "gb_pred": fixed(said + 0.4)})

    z = 1.5 * x[:, 0] - 0.5 + rng.normal(size=n)
    label = (z > 0).astype(int)
    p, q = 1 / (1 + np.exp(-1.5 * x[:, 0] + 0.5)), 1 / (1 + np.exp(-0.7 * z))
    two = {"id": number, "label": label.tolist(), "lr_prob": fixed(p), "rf_prob": fixed(q)}
    write("two.csv", two | {"region": region})
    write("scores.csv", {"label": label.tolist(), "svm_score": fixed(z), "rf_score": fixed(x[:, 0])})
    write("words.csv", {"truth": ["yes" if k else "no" for k in label], "prob": fixed(p)})

    names = np.array(["cat", "dog", "emu"])
    kind = rng.integers(0, 3, n)
    found = {"label": names[kind].tolist()}
    for model, noise in (("rf", 0.8), ("gb", 1.4)):
        s = shares(1.5 * np.eye(3)[kind] + noise * rng.normal(size=(n, 3)))
        found |= {f"{model}_prob_{name}": fixed(s[:, k]) for k, name in enumerate(names)}
    write("three.csv", found)
    write(
        "labels.csv",
        {"label": names[kind].tolist(), "rf_pred": names[(kind + (rng.random(n) < 0.3)) % 3].tolist()},
    )

    several = (rng.random((n, 3)) < [0.5, 0.3, 0.6]).astype(int)
    found = {f"target_{c}": several[:, j].tolist() for j, c in enumerate("abc")}
    for model, noise in (("rf", 1.0), ("gb", 1.6)):
        s = 1 / (1 + np.exp(-(2 * several - 1) * 1.2 - noise * rng.normal(size=(n, 3))))
        found |= {f"{model}_prob_{c}": fixed(s[:, j]) for j, c in enumerate("abc")}
    write("tags.csv", found)

    out = rng.uniform(1, 5, (n, 2))
    found = {f"target_{c}": fixed(out[:, j]) for j, c in enumerate("ab")}
    for model, noise in (("rf", 0.3), ("gb", 0.6)):
        s = out + noise * rng.normal(size=out.shape)
        found |= {f"{model}_pred_{c}": fixed(s[:, j]) for j, c in enumerate("ab")}
    write("outputs.csv", found)

    true = shares(rng.normal(size=(n, 3)))
    found = {f"target_{c}": fixed(true[:, j]) for j, c in enumerate("abc")}
    s = shares(np.log(true + 0.02) + 0.4 * rng.normal(size=true.shape))
    write("shares.csv", found | {f"rf_prob_{c}": fixed(s[:, j]) for j, c in enumerate("abc")})

    middle = np.sort(y[:, None] + np.array([-2.0, 0.0, 2.0]) + rng.normal(size=(n, 1)), axis=1)
    spread = {f"rf_q{tau}": fixed(middle[:, j]) for j, tau in enumerate((0.1, 0.5, 0.9))}
    wide = {f"gb_q{tau}": fixed(middle[:, j] * 1.1) for j, tau in enumerate((0.1, 0.5, 0.9))}
    write("quantiles.csv", {"y": fixed(y)} | spread | wide)
    write("normal.csv", {"y": fixed(y), "rf_mean": fixed(near), "rf_std": [2.0] * n})

    low = rng.uniform(0, 40, (n, 2))
    box = np.hstack([low, low + rng.uniform(8, 20, (n, 2))])
    corners = ("x1", "y1", "x2", "y2")
    found = dict(zip(corners, map(fixed, box.T), strict=True))
    for model, noise in (("rf", 0.8), ("gb", 1.6)):
        s = box + noise * rng.uniform(-1, 1, box.shape)
        found |= {f"{model}_{c}": fixed(s[:, j]) for j, c in enumerate(corners)}
    write("boxes.csv", found)
    write("detection.csv", {"label": label.tolist(), "rf_prob": fixed(p), "gb_prob": fixed(q)} | found)

    features = {f"x{j}": fixed(x[:, j]) for j in range(3)} | {"region": region}
    write("train.csv", features | {"customer": customer, "day": number, "weight": weight, "y": fixed(y)})
    write("new.csv", features)
    write("train_counts.csv", features | {"y": counts.tolist()})
    write("train_two.csv", features | {"label": label.tolist()})
    write(
        "train_three.csv",
        features | {"label": names[(x[:, :3] + rng.normal(size=(n, 3))).argmax(axis=1)].tolist()},
    )
    write(
        "train_outputs.csv",
        features | {"target_a": fixed(y), "target_b": fixed(x[:, 1] + rng.normal(size=n))},
    )
    tags = (x[:, :2] + rng.normal(size=(n, 2)) > 0).astype(int)
    write("train_tags.csv", features | {"target_a": tags[:, 0].tolist(), "target_b": tags[:, 1].tolist()})
    (INPUTS / "broken.csv").write_text("y,pred\n1,2\n3,4,5\n", encoding="utf-8")
    (INPUTS / "twice.csv").write_text("y,pred,pred\n1,2,3\n", encoding="utf-8")
    (INPUTS / "empty.csv").write_text("", encoding="utf-8")
    (INPUTS / "word.csv").write_text("y,pred\n1,2\n3,four\n5,6\n", encoding="utf-8")


if __name__ == "__main__":
    main()
